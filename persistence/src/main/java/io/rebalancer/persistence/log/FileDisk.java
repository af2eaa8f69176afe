package io.rebalancer.persistence.log;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A directory of the file system. One log at a time locks it; read-only use needs no lock. */
final class FileDisk implements LogDisk {
    private static final String LOCK_FILE = "LOCK";

    private final Path directory;
    private final Optional<FileChannel> lock;

    private FileDisk(Path directory, Optional<FileChannel> lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Locks the directory, and creates it if it does not exist.
     *
     * @throws LogException if another log uses the directory
     */
    static FileDisk open(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel lock =
                FileChannel.open(directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock.tryLock() != null) {
                return new FileDisk(directory, Optional.of(lock));
            }
        } catch (OverlappingFileLockException e) {
            lock.close();
            throw new LogException(
                    LogException.Kind.IN_USE, "the log in " + directory + " is already open in this process", e);
        }
        lock.close();
        throw new LogException(
                LogException.Kind.IN_USE,
                "the log in " + directory + " is used by another process; stop that process first");
    }

    /** Opens the directory for reading, also while a log uses it. Every change fails. */
    static FileDisk readOnly(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new NoSuchFileException(directory.toString(), null, "no such directory");
        }
        return new FileDisk(directory, Optional.empty());
    }

    private Path writablePath(String name) {
        if (lock.isEmpty()) {
            throw new ReadOnlyFileSystemException();
        }
        return directory.resolve(name);
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(LOCK_FILE))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public LogFile create(String name) throws IOException {
        Path path = writablePath(name);
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
        Files.delete(writablePath(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                writablePath(from),
                writablePath(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
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
    public String location() {
        return directory.toString();
    }

    @Override
    public void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().close();
        }
    }

    /**
     * A file with one channel for reads and another for writes. An interrupt of a reading thread closes its channel, which
     * must not be the channel of the writer.
     */
    private static final class File implements LogFile {
        private final Path path;
        private final Optional<FileChannel> writeChannel;
        private final Optional<Object> key;
        private FileChannel readChannel;
        private boolean closed;

        File(Path path, Optional<FileChannel> writeChannel) throws IOException {
            this.path = path;
            this.writeChannel = writeChannel;
            this.key = key(path);
            this.readChannel = FileChannel.open(path, StandardOpenOption.READ);
        }

        /** What identifies the file whatever its name is; empty if the file system has nothing of that kind. */
        private static Optional<Object> key(Path path) throws IOException {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        }

        private FileChannel writeChannel() {
            return writeChannel.orElseThrow(ReadOnlyFileSystemException::new);
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            long nextPosition = position;
            while (bytes.hasRemaining()) {
                nextPosition += writeChannel().write(bytes, nextPosition);
            }
        }

        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            int startIndex = bytes.position();
            while (true) {
                FileChannel channel = readChannel();
                try {
                    return read(channel, bytes, position + bytes.position() - startIndex) - startIndex;
                } catch (ClosedByInterruptException e) {
                    throw e;
                } catch (ClosedChannelException e) {
                    // An interrupt of another thread closed the channel. Continue after the bytes read so far.
                    reopen(channel);
                }
            }
        }

        private static int read(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
            long nextPosition = position;
            while (bytes.hasRemaining()) {
                int count = channel.read(bytes, nextPosition);
                if (count < 0) {
                    break;
                }
                nextPosition += count;
            }
            return bytes.position();
        }

        private synchronized FileChannel readChannel() {
            return readChannel;
        }

        private synchronized void reopen(FileChannel closedChannel) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (readChannel == closedChannel) {
                FileChannel reopened = FileChannel.open(path, StandardOpenOption.READ);
                // A compacted segment may have taken the name over. The write channel keeps the key in use until then.
                if (!key(path).equals(key)) {
                    reopened.close();
                    throw new ClosedChannelException();
                }
                readChannel = reopened;
            }
        }

        @Override
        public void force() throws IOException {
            writeChannel().force(false);
        }

        @Override
        public long size() throws IOException {
            return Files.size(path);
        }

        @Override
        public void truncate(long size) throws IOException {
            writeChannel().truncate(size);
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            readChannel.close();
            if (writeChannel.isPresent()) {
                writeChannel.get().close();
            }
        }
    }
}
