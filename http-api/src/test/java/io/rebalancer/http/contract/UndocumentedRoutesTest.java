package io.rebalancer.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.http.ApiServer;
import io.rebalancer.http.contract.ContractDocument.Operation;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The manager has no route that the contract lacks. The words of all paths are literals in the sources: each of them is tried
 * behind each documented path and behind each prefix of one. {@link ContractCheck} fails unless the router
 * itself answers.
 */
@Tag("slow")
class UndocumentedRoutesTest {
    private static final Path SOURCES = Path.of("src/main/java/io/rebalancer/http");
    private static final Pattern WORD = Pattern.compile("\"([a-z0-9][a-z0-9.-]*(?:/[a-z0-9.-]+)*)\"");
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final ContractDocument DOCUMENT = ContractDocument.MANAGER;

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
        ApiServer.AUDIT.reset();
    }

    private static Set<String> words() throws IOException {
        Set<String> words = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                    .filter(each -> !each.toString().contains("/v1/agent/"))
                    .toList()) {
                WORD.matcher(Files.readString(file))
                        .results()
                        .map(UndocumentedRoutesTest::word)
                        .forEach(words::add);
            }
        }
        return words;
    }

    private static String word(MatchResult literal) {
        return literal.group(1);
    }

    /** Every documented path with its examples, and every prefix of it. */
    private static Set<String> bases() {
        Set<String> bases = new TreeSet<>(Set.of(""));
        for (Operation operation : DOCUMENT.operations()) {
            String path = Examples.path(operation);
            for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
                bases.add(path.substring(0, slash));
            }
            bases.add(path);
        }
        return bases;
    }

    @Test
    void theWordsOfAllDocumentedPathsAreFound() throws IOException {
        assertThat(words())
                .contains(
                        "api/v1/jobs", "exceptions/export", "leave", "alive", "jobs", "openapi.json", "retry", "check");
    }

    @Test
    void noRouteIsUndocumented() throws Exception {
        HttpCalls calls = ApiServer.calls();
        int tried = 0;
        for (String base : bases()) {
            for (String word : words()) {
                String path = base + "/" + word;
                if (!DOCUMENT.at(path).isEmpty()) {
                    continue;
                }
                // Another method of a path that exists gets 405, which is not documented either.
                calls.send("GET", path, "");
                tried++;
            }
        }
        assertThat(tried).isGreaterThan(1_000);
    }

    @Test
    void noMethodOfADocumentedPathIsUndocumented() throws Exception {
        HttpCalls calls = ApiServer.calls();
        for (Operation operation : DOCUMENT.operations()) {
            String path = Examples.path(operation);
            List<String> documented =
                    DOCUMENT.at(path).stream().map(Operation::method).toList();
            for (String method : METHODS) {
                if (!documented.contains(method)) {
                    assertThat(calls.send(method, path, "").statusCode()).isEqualTo(405);
                }
            }
        }
    }
}
