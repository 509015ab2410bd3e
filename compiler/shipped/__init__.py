"""Code that runs in Lambda: the compiler writes these files into templates and never imports them."""
