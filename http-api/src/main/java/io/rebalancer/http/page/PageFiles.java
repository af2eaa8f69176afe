package io.rebalancer.http.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/**
 * A page and the scripts, style sheets and images that it loads. The address of each file has the digest of all of them, so a
 * browser may keep a file for ever and never uses one of another build. All clients share one copy of the bytes in memory, so that
 * slow clients do not use more.
 */
public final class PageFiles {
    private static final int DIGEST_LENGTH = 16;
    private static final HttpHeader NO_CACHE = RawHeader.create("Cache-Control", "no-cache");
    private static final HttpHeader IMMUTABLE =
            RawHeader.create("Cache-Control", "public, max-age=31536000, immutable");
    private static final HttpHeader COMPRESSED = RawHeader.create("Content-Encoding", "gzip");
    private static final HttpHeader VARIES = RawHeader.create("Vary", "Accept-Encoding");
    private static final Map<String, ContentType> TYPES = Map.of(
            "js", MediaTypes.APPLICATION_JAVASCRIPT.toContentType(HttpCharsets.UTF_8),
            "css", MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8),
            "html", MediaTypes.TEXT_HTML.toContentType(HttpCharsets.UTF_8),
            "svg", MediaTypes.IMAGE_SVG_XML.toContentType(),
            "png", MediaTypes.IMAGE_PNG.toContentType());

    private final String digest;
    private final Sent page;
    private final Map<String, Sent> files;

    /** What a browser gets. */
    private record Sent(ContentType type, ByteString plain, ByteString compressed) {
        static Sent of(String name, byte[] content) {
            ContentType type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            if (type == null) {
                throw new IllegalArgumentException("no content type is known for " + name);
            }
            return new Sent(type, ByteString.fromArray(content), ByteString.fromArray(gzip(content)));
        }

        HttpResponse to(HttpRequest request) {
            boolean compress = request.getHeader("Accept-Encoding")
                    .filter(header -> header.value().contains("gzip"))
                    .isPresent();
            HttpResponse response = HttpResponse.create()
                    .addHeader(VARIES)
                    .withEntity(HttpEntities.create(type, compress ? compressed : plain));
            return compress ? response.addHeader(COMPRESSED) : response;
        }
    }

    private PageFiles(String digest, Sent page, Map<String, Sent> files) {
        this.digest = digest;
        this.page = page;
        this.files = Map.copyOf(files);
    }

    /**
     * Reads a page of this build.
     *
     * @param html the page, as a path of the class path; each {@code DIGEST} in it is replaced
     * @param resources the files that the page loads: their paths in the class path by their names in addresses
     * @throws IllegalStateException if the build lacks a file
     */
    public static PageFiles read(String html, Map<String, String> resources) {
        SortedMap<String, byte[]> contents = new TreeMap<>();
        resources.forEach((name, path) -> contents.put(name, Resources.bytes(path)));
        String digest = digest(contents);
        byte[] page = new String(Resources.bytes(html), StandardCharsets.UTF_8)
                .replace("DIGEST", digest)
                .getBytes(StandardCharsets.UTF_8);
        Map<String, Sent> files = new TreeMap<>();
        contents.forEach((name, content) -> files.put(name, Sent.of(name, content)));
        return new PageFiles(digest, Sent.of(html, page), files);
    }

    /** Identifies the content of all files. */
    public String digest() {
        return digest;
    }

    /** The page. Browsers ask for it each time, because it names the files of this build. */
    public HttpResponse page(HttpRequest request) {
        return page.to(request).addHeader(NO_CACHE);
    }

    /** The file with this address; empty if this build has no such file. */
    public Optional<HttpResponse> file(HttpRequest request, String givenDigest, String name) {
        return givenDigest.equals(digest)
                ? Optional.ofNullable(files.get(name))
                        .map(file -> file.to(request).addHeader(IMMUTABLE))
                : Optional.empty();
    }

    private static String digest(SortedMap<String, byte[]> contents) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            contents.forEach((name, content) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            });
            return HexFormat.of().formatHex(digest.digest()).substring(0, DIGEST_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no errors", e);
        }
        return bytes.toByteArray();
    }
}
