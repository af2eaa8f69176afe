package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Segments that nothing needs any more, until their files are deleted. A file that can't be deleted stays here and is tried
 * again in each round; it takes space, but harms nothing, because recovery ignores every segment before LOG_BEGINS and
 * every segment that a compacted one replaces. Safe for any threads.
 */
final class UnneededSegments {
    private final LogDisk disk;
    private final LogListener listener;
    private final NavigableMap<Long, Optional<Segment>> segments = new ConcurrentSkipListMap<>();

    UnneededSegments(LogDisk disk, LogListener listener) {
        this.disk = disk;
        this.listener = listener;
    }

    /** Adds a segment whose file is open; readers that began before may still use it until it is deleted. */
    void add(Segment segment) {
        segments.put(segment.header().number(), Optional.of(segment));
    }

    /** Adds a segment whose file is not open, or may not exist: its index may have outlived it. */
    void add(long number) {
        segments.putIfAbsent(number, Optional.empty());
    }

    int size() {
        return segments.size();
    }

    /**
     * Deletes all files, oldest first.
     *
     * @throws IOException the first failure. All other files were tried too
     */
    void deleteAll() throws IOException {
        if (segments.isEmpty()) {
            return;
        }
        Set<String> names = Set.copyOf(disk.list());
        List<IOException> failures = new ArrayList<>();
        segments.forEach((number, segment) -> {
            try {
                delete(number, segment, names);
            } catch (IOException e) {
                failures.add(new IOException(
                        Segment.name(number) + " is no longer needed, but can't be deleted: " + e.getMessage(), e));
            }
        });
        Segment.throwFirst(failures);
    }

    /** Deletes what is left of a segment, and forces the directory, so that segments disappear in order. */
    private void delete(long number, Optional<Segment> segment, Set<String> names) throws IOException {
        deleteFile(IndexFile.unfinishedName(number), names);
        deleteFile(IndexFile.name(number), names);
        deleteFile(Segment.name(number), names);
        disk.forceDirectory();
        if (segment.isPresent()) {
            segment.get().close();
        }
        segments.remove(number);
        segment.ifPresent(deleted -> listener.segmentDeleted(deleted.name(), deleted.endPosition()));
    }

    private void deleteFile(String name, Set<String> names) throws IOException {
        if (names.contains(name)) {
            disk.delete(name);
        }
    }

    /** Closes the files that are still open. */
    void close() throws IOException {
        Segment.closeAll(segments.values().stream().flatMap(Optional::stream).toList());
    }
}
