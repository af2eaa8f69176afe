package io.rebalancer.manager.metadata;

import io.rebalancer.core.object.RecordRef;

/** A metadata record that can't be read. The scan reports it as {@code bad_manta_object} and continues (manta.md 6.3). */
public final class BadMantaObject extends Exception {
    private static final long serialVersionUID = 1L;

    BadMantaObject(RecordRef ref, String fault) {
        super("shard " + ref.shard() + " key " + ref.key() + ": " + fault);
    }
}
