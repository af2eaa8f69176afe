package io.rebalancer.agent.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/** A separate process that stores one object of each layout. */
final class StoreOnce {
    static final ObjectKey V1 = StoreUntilKilled.key(1);
    static final ObjectKey V2 = new ObjectKey(
            new UUID(1, 2),
            new UUID(3, 4),
            Optional.of(new ObjectKey.BucketLocation(new UUID(7, 8), "0123456789abcdef0123456789abcdef")));

    private StoreOnce() {}

    static void put(ObjectStore store, ObjectKey key) throws Exception {
        byte[] bytes = StoreUntilKilled.content(1);
        try (IncomingObject object = store.begin(key, bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(StoreUntilKilled.ASSIGNMENT, 0);
            store.publish(object);
        }
    }

    /** @param arguments the object root */
    public static void main(String[] arguments) throws Exception {
        try (ObjectStore store = ObjectStore.open(Path.of(arguments[0]))) {
            put(store, V1);
            put(store, V2);
        }
    }
}
