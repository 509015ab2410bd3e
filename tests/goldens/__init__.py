"""What a case's golden shows of the compiled platform, and how it is written."""
