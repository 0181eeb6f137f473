delete from holds where expires_at < datetime('now');
