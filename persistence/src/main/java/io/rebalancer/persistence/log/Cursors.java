package io.rebalancer.persistence.log;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** How far the named readers of the log are. Changed by the writer's thread alone, read by any. */
final class Cursors {
    private final Map<String, Cursor> cursors = new ConcurrentHashMap<>();

    void move(String name, long next, long timeMillis) {
        cursors.merge(
                name,
                new Cursor(name, next, timeMillis),
                (known, moved) -> moved.next() > known.next() ? moved : known);
    }

    void remove(String name) {
        cursors.remove(name);
    }

    Optional<Cursor> find(String name) {
        return Optional.ofNullable(cursors.get(name));
    }

    List<Cursor> all() {
        return cursors.values().stream()
                .sorted(Comparator.comparing(Cursor::name))
                .toList();
    }

    /** The first event that some reader has not acknowledged. */
    OptionalLong slowest() {
        return cursors.values().stream().mapToLong(Cursor::next).min();
    }
}
