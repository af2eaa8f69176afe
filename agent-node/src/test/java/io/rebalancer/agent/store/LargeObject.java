package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.UUID;

/** An object that is long enough for one checkpoint. */
final class LargeObject {
    static final UUID ASSIGNMENT = new UUID(5, 5);
    static final ObjectKey KEY = new ObjectKey(new UUID(1, 2), new UUID(3, 4));
    static final int MIB = 1 << 20;
    static final int SIZE = (int) IncomingObject.CHECKPOINT_BYTES + 4 * MIB;
    private static final byte[] CONTENT = content();
    static final ContentMd5 MD5 = ContentVerifier.md5(CONTENT);

    private LargeObject() {}

    private static byte[] content() {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    static IncomingObject begin(ObjectStore store) throws Exception {
        return store.begin(KEY, SIZE, MD5);
    }

    /** Writes the content from the object's length up to a length. */
    static void writeTo(IncomingObject object, int length) throws Exception {
        while (object.writtenBytes() < length) {
            int offset = (int) object.writtenBytes();
            object.write(ByteBuffer.wrap(CONTENT, offset, Math.min(MIB, length - offset)));
        }
    }

    /** Writes the rest, publishes the object and closes it. */
    static void finish(ObjectStore store, IncomingObject object) throws Exception {
        try (object) {
            writeTo(object, SIZE);
            object.verify(ASSIGNMENT, 0);
            store.publish(object);
        }
    }

    static boolean isStored(ObjectStore store) throws Exception {
        return store.find(KEY, SIZE, MD5).isPresent();
    }
}
