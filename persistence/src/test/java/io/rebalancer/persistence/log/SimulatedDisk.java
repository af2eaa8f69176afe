package io.rebalancer.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A directory in memory that tracks what is forced, and that can lose power. After a power cut each sector that was not
 * forced may have its old or its new content, in any combination, and so may file lengths and names.
 */
final class SimulatedDisk implements LogDisk {
    private static final int SECTOR_BYTES = 512;
    private static final long TOTAL_BYTES = 1L << 40;

    private Map<String, File> files = new TreeMap<>();
    private Map<String, File> forcedNames = new TreeMap<>();
    private int operationsUntilFault = Integer.MAX_VALUE;
    private boolean faulted;
    private long usableBytes = TOTAL_BYTES;
    private int forces;

    /** Fails the {@code operations}th operation from now on, and all after it. */
    synchronized void failAfter(int operations) {
        operationsUntilFault = operations;
    }

    synchronized int forces() {
        return forces;
    }

    synchronized boolean faulted() {
        return faulted;
    }

    private void startOperation() throws IOException {
        if (faulted || --operationsUntilFault <= 0) {
            faulted = true;
            throw new IOException("Input/output error");
        }
    }

    /** A possible content of the directory if the power failed now. */
    synchronized SimulatedDisk afterPowerCut(Random random) {
        SimulatedDisk recoveredDisk = new SimulatedDisk();
        // A new name that was not forced may exist or not, and a deleted name may still exist.
        Map<String, File> names = new TreeMap<>(forcedNames);
        files.forEach((name, file) -> {
            if (random.nextBoolean()) {
                names.put(name, file);
            }
        });
        forcedNames.keySet().stream()
                .filter(name -> !files.containsKey(name) && random.nextBoolean())
                .forEach(names::remove);
        names.forEach((name, file) -> recoveredDisk.files.put(name, file.afterPowerCut(recoveredDisk, random)));
        recoveredDisk.forcedNames = new TreeMap<>(recoveredDisk.files);
        return recoveredDisk;
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized LogFile create(String name) throws IOException {
        startOperation();
        if (files.containsKey(name)) {
            throw new IOException(name + " already exists");
        }
        File file = new File(this);
        files.put(name, file);
        return file;
    }

    @Override
    public synchronized LogFile open(String name) throws IOException {
        File file = files.get(name);
        if (file == null) {
            throw new IOException("no file " + name);
        }
        return file;
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        startOperation();
        files.remove(name);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        startOperation();
        File file = files.remove(from);
        if (file == null) {
            throw new IOException("no file " + from);
        }
        files.put(to, file);
    }

    @Override
    public synchronized long usableBytes() {
        return usableBytes;
    }

    @Override
    public long totalBytes() {
        return TOTAL_BYTES;
    }

    /** Sets the free space. */
    synchronized void setUsableBytes(long bytes) {
        usableBytes = bytes;
    }

    @Override
    public synchronized void forceDirectory() throws IOException {
        startOperation();
        forces++;
        forcedNames = new TreeMap<>(files);
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public void close() {
        // Nothing to release.
    }

    /** The content of a file. */
    synchronized byte[] content(String name) {
        File file = files.get(name);
        return file == null ? new byte[0] : file.content.clone();
    }

    /** Changes a durable byte, as a faulty disk does. */
    synchronized void damage(String name, long position) {
        File file = files.get(name);
        if (file != null) {
            file.content[(int) position] ^= 0x40;
            file.forced[(int) position] ^= 0x40;
        }
    }

    static final class File implements LogFile {
        private final SimulatedDisk disk;
        private byte[] content = new byte[0];
        private byte[] forced = new byte[0];
        private final List<Range> unforced = new ArrayList<>();

        private record Range(int from, int to) {}

        File(SimulatedDisk disk) {
            this.disk = disk;
        }

        private File afterPowerCut(SimulatedDisk recoveredDisk, Random random) {
            File recovered = new File(recoveredDisk);
            byte[] bytes = forced.clone();
            if (content.length < forced.length && random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, content.length);
            }
            for (Range range : unforced) {
                for (int at = range.from(); at < range.to(); at = (at / SECTOR_BYTES + 1) * SECTOR_BYTES) {
                    int end = Math.min(range.to(), (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
                    if (random.nextInt(3) > 0 && end <= content.length) {
                        bytes = bytes.length < end ? Arrays.copyOf(bytes, end) : bytes;
                        System.arraycopy(content, at, bytes, at, end - at);
                    }
                }
            }
            recovered.content = bytes;
            recovered.forced = bytes.clone();
            return recovered;
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            synchronized (disk) {
                disk.startOperation();
                int from = (int) position;
                int to = from + bytes.remaining();
                content = content.length < to ? Arrays.copyOf(content, to) : content;
                bytes.get(content, from, to - from);
                unforced.add(new Range(from, to));
            }
        }

        @Override
        public int read(ByteBuffer bytes, long position) {
            synchronized (disk) {
                int count = (int) Math.max(0, Math.min(bytes.remaining(), content.length - position));
                bytes.put(content, (int) Math.min(position, content.length), count);
                return count;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (disk) {
                disk.startOperation();
                disk.forces++;
                forced = content.clone();
                unforced.clear();
            }
        }

        @Override
        public long size() {
            synchronized (disk) {
                return content.length;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (disk) {
                disk.startOperation();
                content = Arrays.copyOf(content, (int) Math.min(content.length, size));
            }
        }

        @Override
        public void close() {
            // Nothing to release.
        }
    }
}
