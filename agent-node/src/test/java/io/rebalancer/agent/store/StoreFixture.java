package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that is opened before each test and closed after it.
 *
 * @param <D> the disk that the test arranges
 */
abstract class StoreFixture<D extends DiskOperations> {
    @TempDir
    Path root;

    final D disk;
    ObjectStore store;

    StoreFixture(D disk) {
        this.disk = disk;
    }

    @BeforeEach
    final void open() throws IOException {
        store = open(root, Durability.FLUSHED, disk);
    }

    static ObjectStore open(Path root, Durability durability, DiskOperations disk) throws IOException {
        return ObjectStore.open(root, durability, SpaceGuard.Bounds.NONE, disk);
    }

    @AfterEach
    final void close() throws IOException {
        store.close();
    }

    /** Opens the store on another disk. */
    final void reopenOn(Path otherRoot, Durability durability, DiskOperations other) throws IOException {
        store.close();
        store = open(otherRoot, durability, other);
    }

    final void reopen() throws IOException {
        reopenOn(root, Durability.FLUSHED, disk);
    }

    /** The large object is stored, and nothing else is left of it. */
    final void assertStoredAndClean() throws Exception {
        assertThat(LargeObject.isStored(store)).isTrue();
        assertThat(TemporaryFiles.of(root)).isEmpty();
        assertThat(store.space().reservedBytes()).isZero();
    }
}
