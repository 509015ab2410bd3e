"""The table of what each verb gives each kind of user, read off the programs that the compiler makes."""
