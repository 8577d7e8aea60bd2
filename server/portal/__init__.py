"""The web application and its sessions."""
