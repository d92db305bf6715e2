"""The admin's console below ``/admin``: server-rendered pages and forms that work without scripts."""
