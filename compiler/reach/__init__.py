"""Who can open which port: a model of the network, read from the resources of a program or of linked templates."""
