package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Random;
import java.util.UUID;

/** A process of its own that stores objects and says which are sealed, until it is killed. */
final class StoreUntilKilled {
    private StoreUntilKilled() {}

    static byte[] content(long number) {
        byte[] bytes = new byte[10_000 + (int) (number % 7) * 1000];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    static ObjectKey key(long number) {
        return new ObjectKey(new UUID(1, number % 5), new UUID(2, number));
    }

    static ContentMd5 md5(byte[] bytes) throws Exception {
        return new ContentMd5(Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(bytes)));
    }

    /** @param arguments the object root */
    public static void main(String[] arguments) throws Exception {
        try (ObjectStore store = ObjectStore.open(Path.of(arguments[0]))) {
            for (long number = 0; ; number++) {
                byte[] bytes = content(number);
                try (IncomingObject object = store.begin(key(number), bytes.length, md5(bytes))) {
                    object.write(ByteBuffer.wrap(bytes, 0, bytes.length / 2));
                    object.write(ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
                    object.seal();
                }
                System.out.println(number);
                System.out.flush();
            }
        }
    }
}
