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
 * A directory in memory that knows what is forced and what is not, and that can lose power: then of what was not forced
 * any sector may be there or not, in any combination, and files and names may be as before or as after.
 */
final class SimulatedDisk implements LogDisk {
    private static final int SECTOR = 512;
    private static final long TOTAL = 1L << 40;

    private Map<String, File> files = new TreeMap<>();
    private Map<String, File> forcedNames = new TreeMap<>();
    private int operationsUntilFault = Integer.MAX_VALUE;
    private boolean faulted;
    private long usable = TOTAL;
    private int forces;

    /** From now on the {@code operations}th operation fails, and all after it. */
    synchronized void failAfter(int operations) {
        operationsUntilFault = operations;
    }

    synchronized int forces() {
        return forces;
    }

    synchronized boolean faulted() {
        return faulted;
    }

    private void operation() throws IOException {
        if (faulted || --operationsUntilFault <= 0) {
            faulted = true;
            throw new IOException("Input/output error");
        }
    }

    /** What may be left of the directory when the power goes now. */
    synchronized SimulatedDisk afterPowerCut(Random random) {
        SimulatedDisk after = new SimulatedDisk();
        // A name that was not forced may be there or not; one that was may have been deleted, or not yet.
        Map<String, File> names = new TreeMap<>(forcedNames);
        files.forEach((name, file) -> {
            if (random.nextBoolean()) {
                names.put(name, file);
            }
        });
        forcedNames.keySet().stream()
                .filter(name -> !files.containsKey(name) && random.nextBoolean())
                .forEach(names::remove);
        names.forEach((name, file) -> after.files.put(name, file.afterPowerCut(after, random)));
        after.forcedNames = new TreeMap<>(after.files);
        return after;
    }

    @Override
    public synchronized List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized LogFile create(String name) throws IOException {
        operation();
        if (files.containsKey(name)) {
            throw new IOException(name + " is there already");
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
        operation();
        files.remove(name);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        operation();
        File file = files.remove(from);
        if (file == null) {
            throw new IOException("no file " + from);
        }
        files.put(to, file);
    }

    @Override
    public synchronized long usableBytes() {
        return usable;
    }

    @Override
    public long totalBytes() {
        return TOTAL;
    }

    /** So much room is left. */
    synchronized void usable(long bytes) {
        usable = bytes;
    }

    @Override
    public synchronized void forceDirectory() throws IOException {
        operation();
        forces++;
        forcedNames = new TreeMap<>(files);
    }

    @Override
    public String where() {
        return "memory";
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    /** What a file holds. */
    synchronized byte[] content(String name) {
        File file = files.get(name);
        return file == null ? new byte[0] : file.now.clone();
    }

    /** Changes a byte that is durable, as a sick disk does. */
    synchronized void damage(String name, long position) {
        File file = files.get(name);
        if (file != null) {
            file.now[(int) position] ^= 0x40;
            file.forced[(int) position] ^= 0x40;
        }
    }

    static final class File implements LogFile {
        private final SimulatedDisk disk;
        private byte[] now = new byte[0];
        private byte[] forced = new byte[0];
        private final List<Range> unforced = new ArrayList<>();

        private record Range(int from, int to) {}

        File(SimulatedDisk disk) {
            this.disk = disk;
        }

        private File afterPowerCut(SimulatedDisk after, Random random) {
            File left = new File(after);
            byte[] bytes = forced.clone();
            if (now.length < forced.length && random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, now.length);
            }
            for (Range range : unforced) {
                for (int at = range.from(); at < range.to(); at = (at / SECTOR + 1) * SECTOR) {
                    int end = Math.min(range.to(), (at / SECTOR + 1) * SECTOR);
                    if (random.nextInt(3) > 0 && end <= now.length) {
                        bytes = bytes.length < end ? Arrays.copyOf(bytes, end) : bytes;
                        System.arraycopy(now, at, bytes, at, end - at);
                    }
                }
            }
            left.now = bytes;
            left.forced = bytes.clone();
            return left;
        }

        @Override
        public void write(ByteBuffer bytes, long position) throws IOException {
            synchronized (disk) {
                disk.operation();
                int from = (int) position;
                int to = from + bytes.remaining();
                now = now.length < to ? Arrays.copyOf(now, to) : now;
                bytes.get(now, from, to - from);
                unforced.add(new Range(from, to));
            }
        }

        @Override
        public int read(ByteBuffer bytes, long position) {
            synchronized (disk) {
                int count = (int) Math.max(0, Math.min(bytes.remaining(), now.length - position));
                bytes.put(now, (int) Math.min(position, now.length), count);
                return count;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (disk) {
                disk.operation();
                disk.forces++;
                forced = now.clone();
                unforced.clear();
            }
        }

        @Override
        public long size() {
            synchronized (disk) {
                return now.length;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (disk) {
                disk.operation();
                now = Arrays.copyOf(now, (int) Math.min(now.length, size));
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
