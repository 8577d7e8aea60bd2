"""Where the files of sources lie: folders of this machine, S3, WebDAV and SMB, web sites."""
