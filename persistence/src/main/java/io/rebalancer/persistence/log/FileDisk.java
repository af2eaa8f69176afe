package io.rebalancer.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A real directory, held by one log at a time, or looked at without holding it. */
final class FileDisk implements LogDisk {
    private static final String LOCK = "LOCK";

    private final Path directory;
    private final Optional<FileChannel> lock;

    private FileDisk(Path directory, Optional<FileChannel> lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Takes hold of the directory, making it if need be.
     *
     * @throws LogException if another log uses the directory
     */
    static FileDisk open(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() != null) {
                return new FileDisk(directory, Optional.of(lock));
            }
        } catch (OverlappingFileLockException e) {
            lock.close();
            throw new LogException(
                    LogException.Kind.IN_USE, "the log in " + directory + " is used by this very process", e);
        }
        lock.close();
        throw new LogException(
                LogException.Kind.IN_USE, "the log in " + directory + " is used by another process; stop that first");
    }

    /** Only for looking, beside the log that uses the directory; every change is refused. */
    static FileDisk readOnly(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString(), null, "no such directory");
        }
        return new FileDisk(directory, Optional.empty());
    }

    private Path changing(String name) {
        if (lock.isEmpty()) {
            throw new ReadOnlyFileSystemException();
        }
        return directory.resolve(name);
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(LOCK))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public LogFile create(String name) throws IOException {
        Path path = changing(name);
        return new File(
                path, Optional.of(FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)));
    }

    @Override
    public LogFile open(String name) throws IOException {
        Path path = directory.resolve(name);
        return new File(
                path,
                lock.isPresent() ? Optional.of(FileChannel.open(path, StandardOpenOption.WRITE)) : Optional.empty());
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(changing(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(changing(from), changing(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public long totalBytes() throws IOException {
        return Files.getFileStore(directory).getTotalSpace();
    }

    @Override
    public String where() {
        return directory.toString();
    }

    @Override
    public void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().close();
        }
    }

    /**
     * Reads and writes go through channels of their own: an interrupt closes the channel under a reader, which must
     * never be the one that the log is written by.
     */
    private static final class File implements LogFile {
        private final Path path;
        private final Optional<FileChannel> writing;
        private FileChannel reading;
        private boolean closed;

        File(Path path, Optional<FileChannel> writing) throws IOException {
            this.path = path;
            this.writing = writing;
            this.reading = FileChannel.open(path, StandardOpenOption.READ);
        }

        private FileChannel channel() {
            return writing.orElseThrow(ReadOnlyFileSystemException::new);
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            long at = position;
            while (bytes.hasRemaining()) {
                at += channel().write(bytes, at);
            }
        }

        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            int begin = bytes.position();
            while (true) {
                FileChannel channel = reading();
                try {
                    return read(channel, bytes, position + bytes.position() - begin) - begin;
                } catch (ClosedByInterruptException e) {
                    throw e;
                } catch (ClosedChannelException e) {
                    // An interrupt of somebody else's thread closed it; what was read stays.
                    reopen(channel);
                }
            }
        }

        private static int read(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
            long at = position;
            while (bytes.hasRemaining()) {
                int count = channel.read(bytes, at);
                if (count < 0) {
                    break;
                }
                at += count;
            }
            return bytes.position();
        }

        private synchronized FileChannel reading() {
            return reading;
        }

        private synchronized void reopen(FileChannel broken) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (reading == broken) {
                reading = FileChannel.open(path, StandardOpenOption.READ);
            }
        }

        @Override
        public void force() throws IOException {
            channel().force(false);
        }

        @Override
        public long size() throws IOException {
            return Files.size(path);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel().truncate(size);
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            reading.close();
            if (writing.isPresent()) {
                writing.get().close();
            }
        }
    }
}
