package io.rebalancer.http.page;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** A library for browsers in a jar. Its version is known to the build only, and is read from the jar. */
public final class WebJar {
    private final String folder;

    /**
     * @param group the group of the jar's coordinates
     * @param artifact the artifact
     * @throws IllegalStateException if this build lacks the jar
     */
    public WebJar(String group, String artifact) {
        String coordinates = "META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(Resources.bytes(coordinates)));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + coordinates, e);
        }
        folder = "META-INF/resources/webjars/" + artifact + "/" + properties.getProperty("version", "") + "/";
    }

    /** The path of a file in the class path. */
    public String path(String file) {
        return folder + file;
    }
}
