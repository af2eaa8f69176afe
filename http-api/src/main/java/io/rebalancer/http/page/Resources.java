package io.rebalancer.http.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Files of the class path that every build has. */
public final class Resources {
    private Resources() {}

    /**
     * The bytes of a file.
     *
     * @param path from the root of the class path, without a slash before it
     * @throws IllegalStateException if the build lacks the file
     */
    public static byte[] bytes(String path) {
        try (InputStream file = Resources.class.getResourceAsStream("/" + path)) {
            if (file == null) {
                throw new IllegalStateException("this build lacks " + path + "; its jars are incomplete");
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + path + " from the jars of this build", e);
        }
    }
}
