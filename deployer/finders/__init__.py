"""What `stackwright lookup` asks AWS: a module a section, named as the section, with a function `find`."""
