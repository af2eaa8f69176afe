package io.rebalancer.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The directory of a log: the file operations of the engine. Tests replace it to simulate crashes. */
interface LogDisk extends AutoCloseable {

    /** Names of all files, sorted. */
    List<String> list() throws IOException;

    /** Creates a file that does not exist yet. */
    LogFile create(String name) throws IOException;

    LogFile open(String name) throws IOException;

    void delete(String name) throws IOException;

    /** Renames a file, and replaces the file that has the new name. */
    void rename(String from, String to) throws IOException;

    /** Forces the entries of the directory. */
    void forceDirectory() throws IOException;

    /** Number of bytes that can still be written. */
    long usableBytes() throws IOException;

    /** Size of the file system in bytes. */
    long totalBytes() throws IOException;

    /** The location of the directory, for messages. */
    String location();

    @Override
    void close() throws IOException;

    /** One file. */
    interface LogFile extends AutoCloseable {

        /** Writes all of {@code bytes}. Reads may happen at the same time. */
        void write(ByteBuffer bytes, long position) throws IOException;

        /** Fills {@code bytes} up to the end of the file, and returns the number of bytes that were read. */
        int read(ByteBuffer bytes, long position) throws IOException;

        /** Forces the content that was written. */
        void force() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        @Override
        void close() throws IOException;
    }
}
