package io.rebalancer.http.contract;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.util.ByteString;

/**
 * The page that shows the contract: Swagger UI with its own start script. All clients share one copy of the bytes in memory, so
 * that slow clients do not use more.
 *
 * @param html the page
 * @param digest identifies the content of all files; part of their addresses, so that a browser never uses one of another build
 * @param files by name
 */
record PageFiles(ByteString html, String digest, Map<String, PageFile> files) {
    private static final String OWN = "io/rebalancer/http/contract/";
    private static final String WEBJAR = "META-INF/resources/webjars/swagger-ui/";
    private static final String WEBJAR_PROPERTIES = "META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final int DIGEST_LENGTH = 16;
    private static final ContentType SCRIPT = MediaTypes.APPLICATION_JAVASCRIPT.toContentType(HttpCharsets.UTF_8);
    private static final ContentType STYLE = MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8);
    private static final ContentType IMAGE = MediaTypes.IMAGE_PNG.toContentType();

    /** A script, a style sheet or an image. */
    record PageFile(ContentType type, ByteString content) {
        static PageFile read(ContentType type, String path) {
            return new PageFile(type, ByteString.fromArray(Resources.bytes(path)));
        }
    }

    PageFiles {
        files = Map.copyOf(files);
    }

    /** The page of this build. */
    static PageFiles read() {
        String webjar = WEBJAR + webjarVersion() + "/";
        Map<String, PageFile> files = new TreeMap<>();
        files.put("swagger-ui-bundle.js", PageFile.read(SCRIPT, webjar + "swagger-ui-bundle.js"));
        files.put("swagger-ui.css", PageFile.read(STYLE, webjar + "swagger-ui.css"));
        files.put("favicon-32x32.png", PageFile.read(IMAGE, webjar + "favicon-32x32.png"));
        files.put("page.js", PageFile.read(SCRIPT, OWN + "page.js"));
        String digest = digest(files);
        String html = new String(Resources.bytes(OWN + "page.html"), StandardCharsets.UTF_8).replace("DIGEST", digest);
        return new PageFiles(ByteString.fromString(html, StandardCharsets.UTF_8), digest, files);
    }

    /** The file with this address; empty if this build has no such file. */
    Optional<PageFile> find(String givenDigest, String name) {
        return givenDigest.equals(digest) ? Optional.ofNullable(files.get(name)) : Optional.empty();
    }

    private static String webjarVersion() {
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(Resources.bytes(WEBJAR_PROPERTIES)));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + WEBJAR_PROPERTIES, e);
        }
        return properties.getProperty("version", "");
    }

    /** @param files in the order of their names */
    private static String digest(Map<String, PageFile> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(file -> digest.update(file.content().toArray()));
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGEST_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
