package io.rebalancer.playground.region;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** The source of an object's bytes. */
sealed interface ObjectContent {
    /** Opens the bytes. */
    InputStream open() throws IOException;

    /** The bytes of a file on this machine. */
    record OfFile(Path file) implements ObjectContent {
        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(file);
        }
    }

    /** Random bytes that depend on the seed and the size only. */
    record Generated(long seed, int sizeBytes) implements ObjectContent {
        @Override
        public InputStream open() {
            byte[] bytes = new byte[sizeBytes];
            new SplittableRandom(seed).nextBytes(bytes);
            return new ByteArrayInputStream(bytes);
        }
    }

    /** A size as in real object stores: mostly a few KiB, rarely some MiB, and one in fifty empty. */
    static int size(OptionalLong fixed, SplittableRandom random) {
        if (fixed.isPresent()) {
            return Math.toIntExact(fixed.getAsLong());
        }
        if (random.nextInt(50) == 0) {
            return 0;
        }
        // A log-normal distribution (the sum of uniforms approximates the normal): median 10 KiB, mean about 25 KiB.
        double normal = -6;
        for (int i = 0; i < 12; i++) {
            normal += random.nextDouble();
        }
        return (int) Math.min(4 << 20, Math.max(1, Math.exp(9.2 + 1.3 * normal)));
    }
}
