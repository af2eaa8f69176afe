package io.rebalancer.agent.store;

import java.io.IOException;
import java.nio.file.FileStore;

/** The space of a file system, as a test can replace it. */
interface FileSystemSpace {

    /** Reads the space; may block on a sick disk. */
    Reading read() throws IOException;

    /**
     * The space at one time, in bytes.
     *
     * @param total size of the file system
     * @param usable what this process may still write
     * @param unallocated what no file uses, also if it is reserved for other users
     */
    record Reading(long total, long usable, long unallocated) {}

    static FileSystemSpace of(FileStore store) {
        return new FileSystemSpace() {
            @Override
            public Reading read() throws IOException {
                return new Reading(store.getTotalSpace(), store.getUsableSpace(), store.getUnallocatedSpace());
            }

            @Override
            public String toString() {
                return store.toString();
            }
        };
    }
}
