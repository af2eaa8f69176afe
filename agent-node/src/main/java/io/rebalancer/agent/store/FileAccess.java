package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * Gives new files and directories the owner and mode that the web server needs: it serves the object root, and it has to
 * store files in directories that the agent created. The mode that the operating system gives to a new file depends on
 * the agent's umask.
 *
 * <p>What the operating system gives is known from a probe. Nothing is changed if it is right already, because a change
 * costs system calls for each object.
 */
final class FileAccess {
    private final Access file;
    private final Access newFile;
    private final Access directory;
    private final Access newDirectory;
    private final DiskOperations disk;

    /** Owner, group and mode of a file or directory. */
    record Access(UserPrincipal owner, GroupPrincipal group, Set<PosixFilePermission> mode) {
        static Access of(PosixFileAttributes attributes) {
            return new Access(attributes.owner(), attributes.group(), attributes.permissions());
        }

        Access withMode(Set<PosixFilePermission> other) {
            return new Access(owner, group, other);
        }

        @Override
        public String toString() {
            return owner.getName() + ":" + group.getName() + " " + FileModes.text(mode);
        }
    }

    /**
     * @param newFile access of a new file, without a change
     * @param file access that files must have
     */
    FileAccess(Access newFile, Access file, Access newDirectory, Access directory, DiskOperations disk) {
        this.newFile = newFile;
        this.file = file;
        this.newDirectory = newDirectory;
        this.directory = directory;
        this.disk = disk;
    }

    /** Owner, group and mode of files. */
    Access file() {
        return file;
    }

    /** Owner, group and mode of directories. */
    Access directory() {
        return directory;
    }

    /** Changes a new file, before it gets its final name. */
    void applyToFile(SafeDirectory parent, String name) throws IOException {
        if (!newFile.equals(file)) {
            disk.setMode(parent.path().resolve(name), () -> change(parent.posix(name), newFile, file));
        }
    }

    /** Changes a directory if it is new, or if a crash or a fault interrupted its change. */
    void applyToDirectory(SafeDirectory changed) throws IOException {
        if (!newDirectory.equals(directory)
                && isUnchanged(Access.of(changed.posix().readAttributes()))) {
            disk.setMode(changed.path(), () -> change(changed.posix(), newDirectory, directory));
        }
    }

    /** The owner is changed last. So a directory that has to be given away is complete when it has its new owner. */
    private boolean isUnchanged(Access current) {
        return givesAway() ? newDirectory.owner().equals(current.owner()) : newDirectory.equals(current);
    }

    /** Whether the agent runs as root and gives new files to the owner of the object root. */
    boolean givesAway() {
        return !newDirectory.owner().equals(directory.owner());
    }

    private static void change(PosixFileAttributeView view, Access from, Access to) throws IOException {
        if (!from.mode().equals(to.mode())) {
            view.setPermissions(to.mode());
        }
        if (!from.group().equals(to.group())) {
            view.setGroup(to.group());
        }
        if (!from.owner().equals(to.owner())) {
            view.setOwner(to.owner());
        }
    }
}
