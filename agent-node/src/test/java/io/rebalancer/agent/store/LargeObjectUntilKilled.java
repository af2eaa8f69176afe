package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Random;

/**
 * A separate process that writes one large object, continues where an earlier process ended, and prints the written
 * length after each MiB, until it kills itself at a step.
 */
final class LargeObjectUntilKilled {
    static final int MIB = 1 << 20;
    /** Long enough for three checkpoints and the bytes after them. */
    static final long SIZE = 216L * MIB;

    private static final int PAGE_BYTES = 4096;

    private final byte[] block = new byte[MIB];

    LargeObjectUntilKilled() {
        new Random(1).nextBytes(block);
    }

    /** The content of a MiB; each page of the object differs. The next call overwrites it. */
    private ByteBuffer block(int number) {
        ByteBuffer bytes = ByteBuffer.wrap(block);
        for (int page = 0; page < MIB; page += PAGE_BYTES) {
            bytes.putLong(page, (long) number * MIB + page);
        }
        return bytes;
    }

    ContentMd5 md5() {
        MessageDigest digest = ContentVerifier.newDigest();
        for (int number = 0; number < SIZE / MIB; number++) {
            digest.update(block(number));
        }
        return new ContentMd5(Base64.getEncoder().encodeToString(digest.digest()));
    }

    /** Writes the next bytes, up to the end of a MiB. */
    void writeNext(IncomingObject object) throws Exception {
        long offset = object.writtenBytes();
        object.write(block((int) (offset / MIB)).position((int) (offset % MIB)));
    }

    /** @param arguments the object root, the step, and n: the process kills itself at the nth time */
    public static void main(String[] arguments) throws Exception {
        LargeObjectUntilKilled content = new LargeObjectUntilKilled();
        StoreUntilKilled.Killer killer = new StoreUntilKilled.Killer(
                StoreUntilKilled.Step.valueOf(arguments[1]), Integer.parseInt(arguments[2]));
        Path root = Path.of(arguments[0]);
        try (ObjectStore store = ObjectStore.open(root, Durability.FLUSHED, SpaceGuard.Bounds.NONE, killer);
                IncomingObject object = store.begin(LargeObject.KEY, SIZE, content.md5())) {
            while (object.writtenBytes() < SIZE) {
                content.writeNext(object);
                System.out.println(object.writtenBytes());
                System.out.flush();
            }
        }
    }
}
