package io.rebalancer.agent.store;

import io.rebalancer.agent.store.FileAccess.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Finds out what access new files get, and checks that the agent can give them the access they need. */
final class FileAccessProbe {
    private static final int ROOT_UID = 0;

    private final SafeDirectory root;
    private final SafeDirectory incoming;
    private final DiskOperations disk;

    FileAccessProbe(SafeDirectory root, SafeDirectory incoming, DiskOperations disk) {
        this.root = root;
        this.incoming = incoming;
        this.disk = disk;
    }

    /**
     * Creates, changes and removes a file and a directory.
     *
     * @throws IOException if the process may not create files for the owner of the object root, if the modes are not
     *     usable, or if the file system does not keep them
     */
    FileAccess run(FileModes modes) throws IOException {
        String file = "probe." + UUID.randomUUID() + ".part";
        String directory = "probe." + UUID.randomUUID() + ".part";
        try {
            disk.create(incoming.path().resolve(file)).close();
            try (SafeDirectory created = incoming.create(directory)) {
                FileAccess access = access(file, created, modes);
                access.applyToFile(incoming, file);
                access.applyToDirectory(created);
                require(access.file(), Access.of(incoming.posix(file).readAttributes()), "file");
                require(access.directory(), Access.of(created.posix().readAttributes()), "directory");
                if (access.givesAway()) {
                    giveAwayAgentFiles(access);
                }
                return access;
            }
        } finally {
            incoming.delete(file);
            Files.deleteIfExists(incoming.path().resolve(directory));
        }
    }

    /** So that the agent can run as the owner of the object root later. */
    private void giveAwayAgentFiles(FileAccess access) throws IOException {
        Optional<SafeDirectory> agent = root.find(ObjectLayout.AGENT_DIRECTORY);
        if (agent.isEmpty()) {
            return;
        }
        try (SafeDirectory parent = agent.get()) {
            access.applyToFile(parent, ObjectLayout.LOCK);
            for (String name : List.of(ObjectLayout.INCOMING, ObjectLayout.QUARANTINE)) {
                Optional<SafeDirectory> child = parent.find(name);
                if (child.isPresent()) {
                    try (SafeDirectory directory = child.get()) {
                        access.applyToDirectory(directory);
                    }
                }
            }
            access.applyToDirectory(parent);
        }
    }

    private FileAccess access(String file, SafeDirectory directory, FileModes modes) throws IOException {
        Access rootAccess = Access.of(root.posix().readAttributes());
        Access newFile = Access.of(incoming.posix(file).readAttributes());
        Access newDirectory = Access.of(directory.posix().readAttributes());
        Object uid = Files.getAttribute(incoming.path().resolve(file), "unix:uid", LinkOption.NOFOLLOW_LINKS);
        boolean givesAway = givesAway(rootAccess, newFile, ((Number) uid).longValue());
        Access wantedFile = (givesAway ? rootAccess : newFile)
                .withMode(modes.files().orElse(FileModes.ofFilesIn(rootAccess.mode())));
        Access wantedDirectory = (givesAway ? rootAccess : newDirectory)
                .withMode(modes.directories().orElse(rootAccess.mode()));
        if (!FileModes.isUsableForFiles(wantedFile.mode())
                || !FileModes.isUsableForDirectories(wantedDirectory.mode())) {
            throw new IOException("its mode " + FileModes.text(rootAccess.mode())
                    + " can't be the mode of new files and directories; set rebalancer.agent.file-mode and"
                    + " directory-mode");
        }
        return new FileAccess(newFile, wantedFile, newDirectory, wantedDirectory, disk);
    }

    /**
     * Whether new files have to be given to the owner of the object root.
     *
     * @param uid user id of the process
     * @throws IOException if the process is neither that owner nor root
     */
    static boolean givesAway(Access root, Access newFile, long uid) throws IOException {
        if (root.owner().equals(newFile.owner())) {
            return false;
        }
        if (uid != ROOT_UID) {
            throw new IOException("it belongs to user " + root.owner().getName() + ", but the agent runs as "
                    + newFile.owner().getName()
                    + ", and the web server could not use the agent's files; run the agent as "
                    + root.owner().getName() + ", or as root");
        }
        return true;
    }

    private static void require(Access wanted, Access found, String what) throws IOException {
        if (!wanted.equals(found)) {
            throw new IOException("a new " + what + " has " + found + " instead of " + wanted
                    + "; use a file system that keeps owners and modes, or set rebalancer.agent.file-mode and"
                    + " directory-mode");
        }
    }
}
