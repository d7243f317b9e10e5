package postgres_test

import (
	"fmt"
	"syscall"
)

// mountSmall mounts a file system of 32 MiB that the server may write to, or makes
// it larger.
func mountSmall(dir string, cred *syscall.Credential, larger bool) error {
	if larger {
		return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m")
	}
	opts := "size=32m,mode=0700"
	if cred != nil {
		opts += fmt.Sprintf(",uid=%d,gid=%d", cred.Uid, cred.Gid)
	}
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, opts)
}

func unmount(dir string) { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }
