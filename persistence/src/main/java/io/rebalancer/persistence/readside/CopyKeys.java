package io.rebalancer.persistence.readside;

import io.rebalancer.core.inventory.CopyKey;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;

/** Reads the rows of some copies. Their object ids select them, because databases differ in how pairs are written. */
final class CopyKeys {
    private CopyKeys() {}

    /**
     * Reads the rows of these copies.
     *
     * @param query selects owner and object_id, among others, where {@code object_id in (<objects>)}; is closed
     * @param keys at least one
     */
    static void rows(Query query, List<CopyKey> keys, BiConsumer<CopyKey, RowView> each) {
        Set<CopyKey> wanted = Set.copyOf(keys);
        try (query) {
            query.bindList(
                            "objects",
                            keys.stream().map(CopyKey::objectId).distinct().toList())
                    .reduceRows(wanted, (all, row) -> {
                        CopyKey key =
                                new CopyKey(row.getColumn("owner", UUID.class), row.getColumn("object_id", UUID.class));
                        if (all.contains(key)) {
                            each.accept(key, row);
                        }
                        return all;
                    });
        }
    }
}
