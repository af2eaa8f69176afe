package io.rebalancer.http.server;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets the least recently used entry when it has too many. */
final class Remembered<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_REMEMBERED = 10_000;

    Remembered() {
        super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MAX_REMEMBERED;
    }
}
