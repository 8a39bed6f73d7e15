// A plain page renews itself every minute, and only while somebody may be looking.
setInterval(() => { if (!document.hidden) location.reload(); }, 60000);
