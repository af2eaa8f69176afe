package io.rebalancer.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A directory in memory that tracks what is forced, and that can lose power. After a power cut each sector that was not
 * forced may have its old or its new content, in any combination, and so may file lengths and names.
 *
 * <p>Operations can fail once or for ever. As in a real page cache, bytes whose force failed stay readable, but no later
 * force makes them durable: only writing them again does.
 */
final class SimulatedDisk implements LogDisk {
    private static final int SECTOR_BYTES = 512;
    private static final long TOTAL_BYTES = 1L << 40;

    private Map<String, File> files = new TreeMap<>();
    private Map<String, File> forcedNames = new TreeMap<>();
    private Fault fault = Fault.NONE;
    private int matchingOperations;
    private boolean faulted;
    private long usableBytes = TOTAL_BYTES;
    private int forces;

    /** The operations of a disk that can fail. */
    enum Operation {
        LIST,
        CREATE,
        OPEN,
        DELETE,
        RENAME,
        FORCE_DIRECTORY,
        WRITE,
        FORCE,
        TRUNCATE,
        CLOSE
    }

    /** How often an operation fails. */
    enum Times {
        ONCE,
        FOR_EVER
    }

    /** Fails the {@code first}th of these operations, and with {@code FOR_EVER} all of them after it. */
    private record Fault(Set<Operation> operations, int first, Times times, Supplier<? extends Throwable> failure) {
        static final Fault NONE = new Fault(Set.of(), 0, Times.ONCE, SimulatedDisk::ioError);

        boolean affects(int operation) {
            return times == Times.ONCE ? operation == first : operation >= first;
        }
    }

    private static IOException ioError() {
        return new IOException("Input/output error");
    }

    /** Fails the {@code operations}th operation from now on, and all after it. */
    synchronized void failAfter(int operations) {
        fail(EnumSet.complementOf(EnumSet.of(Operation.CLOSE)), operations, Times.FOR_EVER);
    }

    /** Fails the {@code first}th of these operations from now on. */
    synchronized void fail(Set<Operation> operations, int first, Times times) {
        fail(operations, first, times, SimulatedDisk::ioError);
    }

    /** The same with a failure of another type. */
    synchronized void fail(Set<Operation> operations, int first, Times times, Supplier<? extends Throwable> failure) {
        fault = new Fault(Set.copyOf(operations), first, times, failure);
        matchingOperations = 0;
    }

    /** Lets all operations succeed from now on. */
    synchronized void repair() {
        fault = Fault.NONE;
    }

    synchronized int forces() {
        return forces;
    }

    synchronized boolean faulted() {
        return faulted;
    }

    private synchronized void startOperation(Operation operation) throws IOException {
        if (!fault.operations().contains(operation) || !fault.affects(++matchingOperations)) {
            return;
        }
        faulted = true;
        Throwable failure = fault.failure().get();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        throw (IOException) failure;
    }

    /** The directory as the next process finds it if this one is killed now: nothing is forced that was not. */
    synchronized SimulatedDisk afterKill() {
        SimulatedDisk next = new SimulatedDisk();
        Map<File, File> copies = new IdentityHashMap<>();
        files.forEach((name, file) -> next.files.put(name, copies.computeIfAbsent(file, each -> each.copy(next))));
        forcedNames.forEach(
                (name, file) -> next.forcedNames.put(name, copies.computeIfAbsent(file, each -> each.copy(next))));
        return next;
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
    public synchronized List<String> list() throws IOException {
        startOperation(Operation.LIST);
        return names();
    }

    /** The same for tests: never fails. */
    synchronized List<String> names() {
        return List.copyOf(files.keySet());
    }

    /** Adds a file as a person does, or as a deletion that failed. */
    synchronized void put(String name, byte[] content) {
        File file = new File(this);
        file.content = content.clone();
        file.forced = content.clone();
        files.put(name, file);
        forcedNames.put(name, file);
    }

    /** Removes a file as a person does. */
    synchronized void remove(String name) {
        files.remove(name);
        forcedNames.remove(name);
    }

    @Override
    public synchronized LogFile create(String name) throws IOException {
        startOperation(Operation.CREATE);
        if (files.containsKey(name)) {
            throw new IOException(name + " already exists");
        }
        File file = new File(this);
        files.put(name, file);
        return file;
    }

    @Override
    public synchronized LogFile open(String name) throws IOException {
        startOperation(Operation.OPEN);
        File file = files.get(name);
        if (file == null) {
            throw new IOException("no file " + name);
        }
        return file;
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        startOperation(Operation.DELETE);
        if (files.remove(name) == null) {
            throw new IOException("no file " + name);
        }
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        startOperation(Operation.RENAME);
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
        startOperation(Operation.FORCE_DIRECTORY);
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
        // Bytes whose force failed: the page cache takes them for clean.
        private final BitSet dropped = new BitSet();
        private final List<Range> droppedRanges = new ArrayList<>();

        private record Range(int from, int to) {}

        File(SimulatedDisk disk) {
            this.disk = disk;
        }

        private File copy(SimulatedDisk next) {
            File copy = new File(next);
            copy.content = content.clone();
            copy.forced = forced.clone();
            copy.unforced.addAll(unforced);
            copy.dropped.or(dropped);
            copy.droppedRanges.addAll(droppedRanges);
            return copy;
        }

        private File afterPowerCut(SimulatedDisk recoveredDisk, Random random) {
            File recovered = new File(recoveredDisk);
            byte[] bytes = forced.clone();
            if (content.length < forced.length && random.nextBoolean()) {
                bytes = Arrays.copyOf(bytes, content.length);
            }
            List<Range> uncertain = new ArrayList<>(unforced);
            uncertain.addAll(droppedRanges);
            for (Range range : uncertain) {
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
                disk.startOperation(Operation.WRITE);
                int from = (int) position;
                int to = from + bytes.remaining();
                content = content.length < to ? Arrays.copyOf(content, to) : content;
                bytes.get(content, from, to - from);
                unforced.add(new Range(from, to));
                dropped.clear(from, to);
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
                try {
                    disk.startOperation(Operation.FORCE);
                } catch (IOException e) {
                    for (Range range : unforced) {
                        dropped.set(range.from(), range.to());
                    }
                    droppedRanges.addAll(unforced);
                    unforced.clear();
                    throw e;
                }
                disk.forces++;
                byte[] durable = content.clone();
                dropped.stream()
                        .filter(at -> at < durable.length)
                        .forEach(at -> durable[at] = at < forced.length ? forced[at] : 0);
                forced = durable;
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
                disk.startOperation(Operation.TRUNCATE);
                content = Arrays.copyOf(content, (int) Math.min(content.length, size));
            }
        }

        @Override
        public void close() throws IOException {
            disk.startOperation(Operation.CLOSE);
        }
    }
}
