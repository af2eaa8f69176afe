package io.rebalancer.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The directory of a log: what the engine asks of a file system, and what tests replace to crash it. */
interface LogDisk extends AutoCloseable {

    /** Names of all files, sorted. */
    List<String> list() throws IOException;

    /** Makes a file that was not there. */
    LogFile create(String name) throws IOException;

    LogFile open(String name) throws IOException;

    void delete(String name) throws IOException;

    /** Gives a file another name, in place of the file that has it, if any. */
    void rename(String from, String to) throws IOException;

    /** Forces the entries of the directory. */
    void forceDirectory() throws IOException;

    /** Bytes that may still be written. */
    long usableBytes() throws IOException;

    /** Bytes that the file system has in all. */
    long totalBytes() throws IOException;

    /** Text that tells people where this is. */
    String where();

    @Override
    void close() throws IOException;

    /** One file. */
    interface LogFile extends AutoCloseable {

        /** Writes all of {@code bytes}; safe beside reads. */
        void write(ByteBuffer bytes, long position) throws IOException;

        /** Fills {@code bytes} as far as the file goes; how many came. */
        int read(ByteBuffer bytes, long position) throws IOException;

        /** Forces what was written. */
        void force() throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        @Override
        void close() throws IOException;
    }
}
