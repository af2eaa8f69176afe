package io.rebalancer.agent.inventory;

import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.text.OneLine;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what a listing covers. One thread counts, and any thread may read. */
final class CoverageCounts {
    private static final int MAX_FAULT_TEXT = 500;

    private final Map<Unmanaged, Long> unmanaged = new EnumMap<>(Unmanaged.class);
    private final List<KeyRange> unlisted = new ArrayList<>();
    private final List<String> faultSample = new ArrayList<>();
    private long files;
    private long bytes;
    private long faults;

    synchronized void countFile(long sizeBytes) {
        files++;
        bytes += sizeBytes;
    }

    synchronized void count(Unmanaged kind) {
        unmanaged.merge(kind, 1L, Long::sum);
    }

    synchronized void addUnlisted(KeyRange range) {
        if (unlisted.contains(KeyRange.ALL)) {
            return;
        }
        unlisted.add(range);
        if (unlisted.size() > Coverage.MAX_UNLISTED) {
            unlisted.clear();
            unlisted.add(KeyRange.ALL);
        }
    }

    /** A directory or a file could not be read. */
    synchronized void countFault(String path, String cause) {
        faults++;
        if (faultSample.size() < Coverage.MAX_SAMPLE) {
            String text = OneLine.of(path + ": " + cause);
            faultSample.add(text.length() > MAX_FAULT_TEXT ? text.substring(0, MAX_FAULT_TEXT) : text);
        }
    }

    synchronized Coverage coverage() {
        return new Coverage(files, bytes, unmanaged, unlisted, faults, faultSample);
    }
}
