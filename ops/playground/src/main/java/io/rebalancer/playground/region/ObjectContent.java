package io.rebalancer.playground.region;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** Where an object's bytes come from. */
sealed interface ObjectContent {
    /** Opens the bytes. */
    InputStream open() throws IOException;

    /** A file of the machine. */
    record OfFile(Path file) implements ObjectContent {
        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(file);
        }
    }

    /** Bytes that depend on the seed and the size only. */
    record MadeUp(long seed, int sizeBytes) implements ObjectContent {
        @Override
        public InputStream open() {
            byte[] bytes = new byte[sizeBytes];
            new SplittableRandom(seed).nextBytes(bytes);
            return new ByteArrayInputStream(bytes);
        }
    }

    /** Sizes as object stores see them: most a few KiB, few some MiB, one in fifty empty. */
    static int size(OptionalLong fixed, SplittableRandom random) {
        if (fixed.isPresent()) {
            return Math.toIntExact(fixed.getAsLong());
        }
        if (random.nextInt(50) == 0) {
            return 0;
        }
        // Sum of uniforms for a normal, and its exponential: median 10 KiB, mean about 25 KiB.
        double normal = -6;
        for (int i = 0; i < 12; i++) {
            normal += random.nextDouble();
        }
        return (int) Math.min(4 << 20, Math.max(1, Math.exp(9.2 + 1.3 * normal)));
    }
}
