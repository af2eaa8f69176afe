package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import io.rebalancer.cluster.tls.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The tokens of a token file: one token in each line; empty lines, and lines that begin with {@code #}, are comments. A
 * server accepts every token of its file, so that a token can be replaced without an interruption. A client sends the
 * first one.
 */
public final class AccessTokens {
    private static final int MIN_LENGTH = 16;

    private final String first;
    private final List<byte[]> digests;

    private AccessTokens(List<String> tokens) {
        this.first = tokens.get(0);
        this.digests = tokens.stream().map(AccessTokens::digest).toList();
    }

    /**
     * Reads the file that a setting names. Empty if the setting names no file.
     *
     * @throws IllegalArgumentException if the file can't be read, other users may read it, or a token is not usable; the
     *     message names the setting and the file, and no token
     */
    public static Optional<AccessTokens> from(Config section, String path) {
        String file = section.getString(path);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(path + " " + file, Path.of(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    path + " " + file + " can't be read (" + e.getMessage() + "); set a file that this user may read",
                    e);
        }
    }

    private static AccessTokens read(String name, Path file) throws IOException {
        if (PrivateFile.isReadableByOthers(file)) {
            throw new IllegalArgumentException(name + " can be read by every user of this machine; chmod 600 " + file);
        }
        List<String> tokens = Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException(name + " contains no token; write one token in each line");
        }
        for (int number = 0; number < tokens.size(); number++) {
            requireUsable(name + ": token " + (number + 1), tokens.get(number));
        }
        return new AccessTokens(tokens);
    }

    private static void requireUsable(String name, String token) {
        if (token.length() < MIN_LENGTH) {
            throw new IllegalArgumentException(
                    name + " is shorter than " + MIN_LENGTH + " characters; generate one with: openssl rand -hex 32");
        }
        if (!token.chars().allMatch(each -> each > ' ' && each < 127)) {
            throw new IllegalArgumentException(
                    name + " contains a character that a header can't carry; use letters and digits");
        }
    }

    /** Whether the file contains this token. The time does not depend on how much of the token is right. */
    public boolean accepts(String presented) {
        return acceptsDigest(digest(presented));
    }

    /**
     * Whether the file contains a token with this hash.
     *
     * @param hash SHA-256, as hexadecimal digits in lower case
     */
    public boolean acceptsHash(String hash) {
        return acceptsDigest(HexFormat.of().parseHex(hash));
    }

    private boolean acceptsDigest(byte[] digest) {
        boolean accepted = false;
        for (byte[] each : digests) {
            accepted |= MessageDigest.isEqual(each, digest);
        }
        return accepted;
    }

    /** The value of the header {@code Authorization} that a client sends. */
    public String authorization() {
        return "Bearer " + first;
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** The number of tokens. Logs may contain settings, so they must not show a token. */
    @Override
    public String toString() {
        return digests.size() + " tokens";
    }
}
