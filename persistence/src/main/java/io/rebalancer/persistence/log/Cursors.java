package io.rebalancer.persistence.log;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** The cursors of the named readers. Only the writer's thread changes them; any thread may read them. */
final class Cursors {
    private final Map<String, Cursor> cursors = new ConcurrentHashMap<>();

    /** Moves the cursor forward, or creates it. A lower position is ignored. */
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

    /** Offset of the first event that some reader has not acknowledged; empty without readers. */
    OptionalLong slowest() {
        return cursors.values().stream().mapToLong(Cursor::next).min();
    }
}
