"""The section `buses`."""
