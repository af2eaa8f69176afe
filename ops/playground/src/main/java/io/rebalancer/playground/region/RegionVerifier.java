package io.rebalancer.playground.region;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies a region independently of any job. It reads every record over Fast, reads every file that the record names
 * from disk, and compares the length and MD5 of the file with the record.
 */
public final class RegionVerifier {
    private static final int MAX_VIOLATIONS = 1000;

    private final Map<String, Path> roots;
    private final Optional<String> leaving;
    private final List<String> violations = new ArrayList<>();
    private final Map<Path, Optional<String>> checked = new HashMap<>();
    private long violationCount;
    private long digests;

    /**
     * The result of a verification.
     *
     * @param records object records read
     * @param files files read, each file once
     * @param digests files whose MD5 matched
     * @param violations the first thousand violations, one line each
     */
    public record Verified(long records, long files, long digests, List<String> violations) {}

    private RegionVerifier(Map<String, Path> roots, Optional<String> leaving) {
        this.roots = roots;
        this.leaving = leaving;
    }

    /**
     * Verifies all records.
     *
     * @param roots object directories by storage id
     * @param leaving the node that no record may name, or empty for none
     * @param before fingerprint of the region before the job; only locations may differ from it
     */
    public static Verified verify(
            List<RegionSurvey.StoredRecord> records,
            Map<String, Path> roots,
            Optional<String> leaving,
            Map<String, String> before)
            throws IOException {
        RegionVerifier verifier = new RegionVerifier(roots, leaving);
        verifier.compare(before, RegionSurvey.fingerprint(records));
        for (RegionSurvey.StoredRecord record : records) {
            verifier.check(record);
        }
        if (verifier.violationCount > MAX_VIOLATIONS) {
            verifier.violations.add("and " + (verifier.violationCount - MAX_VIOLATIONS) + " more");
        }
        return new Verified(
                records.size(), verifier.checked.size(), verifier.digests, List.copyOf(verifier.violations));
    }

    private void compare(Map<String, String> before, Map<String, String> after) {
        before.forEach((name, rest) -> {
            String now = after.get(name);
            if (now == null) {
                violation(name + " is missing");
            } else if (!now.equals(rest)) {
                violation(name + " changed beyond its locations");
            }
        });
        after.keySet().stream()
                .filter(name -> !before.containsKey(name))
                .forEach(name -> violation(name + " was not there before"));
    }

    private void check(RegionSurvey.StoredRecord record) throws IOException {
        JsonNode value = record.value();
        long size = value.path("contentLength").asLong();
        Set<String> nodes = new HashSet<>();
        for (String node : record.storageIds()) {
            if (!nodes.add(node)) {
                violation(record.label() + " names " + node + " twice");
            }
            if (leaving.isPresent() && leaving.get().equals(node)) {
                violation(record.label() + " still names the leaving node " + node);
            }
            checkFile(record, node);
        }
        if (size > 0 && nodes.size() < 2) {
            violation(record.label() + " has " + nodes.size() + " copies instead of 2");
        }
    }

    private void checkFile(RegionSurvey.StoredRecord record, String node) throws IOException {
        Path root = roots.get(node);
        if (root == null) {
            violation(record.label() + " names an unknown storage node: " + node);
            return;
        }
        JsonNode value = record.value();
        Path file = root.resolve(value.path("owner").asText())
                .resolve(value.path("objectId").asText());
        Optional<String> fault = checked.get(file);
        if (fault == null) {
            fault = fault(
                    file,
                    value.path("contentLength").asLong(),
                    value.path("contentMD5").asText());
            checked.put(file, fault);
        }
        fault.ifPresent(each -> violation(record.label() + ": the file on " + node + " " + each));
    }

    private Optional<String> fault(Path file, long size, String md5) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of("is missing: " + file);
        }
        long length = Files.size(file);
        if (length != size) {
            return Optional.of("has " + length + " bytes instead of " + size);
        }
        String actual = md5(file);
        if (!actual.equals(md5)) {
            return Optional.of("has MD5 " + actual + " instead of " + md5);
        }
        digests++;
        return Optional.empty();
    }

    private static String md5(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    private void violation(String text) {
        violationCount++;
        if (violationCount <= MAX_VIOLATIONS) {
            violations.add(text);
        }
    }
}
