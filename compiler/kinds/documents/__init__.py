"""The section `documents`."""
