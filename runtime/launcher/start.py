import sys,posix as o,marshal,_imp,_frozen_importlib_external as e
del sys.argv[0]
a=sys.argv[0]
try:
 f=o.open(a,o.O_RDONLY|o.O_CLOEXEC);o.posix_fadvise(f,%{near},%{near_size},3);d=o.pread(f,%{size},%{offset});x=o.pread(f,%{explain_size},%{explain_offset})
except OSError as n:sys.exit("memfd_par: %s cannot be read: %s. Put it back, or make it readable for this user."%(a,n.strerror))
m=int.from_bytes(e.MAGIC_NUMBER,"little")==%{magic}
if m and _imp.source_hash(%{seed},d).hex()=="%{checksum}":
 c,r,h=marshal.loads(d);d=0;g={};exec(c,g);g["start"](f,(%{offset},%{size},bytes.fromhex("%{checksum}")),%{par_size},r,h)
else:
 try:exec(x,{"par":a,"version":"%{version}","target":"%{target}","damaged":m})
 except Exception:pass
 sys.exit("memfd_par: %s is truncated. Copy it again, and compare its size with the original."%a)
