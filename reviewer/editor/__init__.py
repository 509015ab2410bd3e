"""What an editor shows of a spec while it is written; `server` speaks the Language Server Protocol."""
