package io.rebalancer.http.console;

import static io.rebalancer.http.ApiServer.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.http.ApiServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The files of the console, and what the console's policy for browsers forbids in them. */
class ConsoleRoutesTest {
    private static final Path FOLDER = Path.of("src/main/resources", ConsoleFiles.FOLDER);
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"(/[^\"]+)\"");
    private static final Pattern IMPORT = Pattern.compile("(?:from|import\\() ?'(\\.[^']+)'");
    /** The first view may have 300 KiB. */
    private static final long MAX_FIRST_VIEW = 300 * 1024;

    @BeforeAll
    static void start() throws Exception {
        ApiServer.start();
    }

    @AfterAll
    static void stop() {
        ApiServer.stop();
    }

    private static List<Path> files() throws Exception {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void everyFileOfTheFolderIsServed() throws Exception {
        assertThat(files().stream()
                        .map(file -> FOLDER.relativize(file).toString())
                        .filter(name -> !name.equals("index.html")))
                .containsExactlyInAnyOrderElementsOf(ConsoleFiles.OWN);
    }

    @Test
    void everyLinkOfThePageWorks() throws Exception {
        HttpResponse<String> page = get("/");
        List<String> links =
                LINK.matcher(page.body()).results().map(link -> link.group(1)).toList();
        assertThat(links).hasSizeGreaterThan(8);
        for (String link : links) {
            assertThat(get(link).statusCode()).as(link).isEqualTo(200);
        }
        assertThat(get("/console/jobs").body()).isEqualTo(page.body());
        assertThat(page.body()).doesNotContain("DIGEST").doesNotContainPattern("<script>|<style|style=|\\son\\w+=");
    }

    /** No import map is needed, and no module is missing, of the libraries neither. */
    @Test
    void everyImportNamesAFileOfThisBuild() throws Exception {
        String assets = "/console/assets/" + ConsoleFiles.read().digest() + "/";
        int found = 0;
        for (String name : ConsoleFiles.names()) {
            if (!name.endsWith(".js")) {
                continue;
            }
            String text = get(assets + name).body();
            for (String target :
                    IMPORT.matcher(text).results().map(each -> each.group(1)).toList()) {
                String file = Path.of(name).resolveSibling(target).normalize().toString();
                assertThat(ConsoleFiles.names()).as(name + " imports " + target).contains(file);
                found++;
            }
        }
        assertThat(found).isGreaterThan(50);
    }

    /** A style in a template violates the policy; values become part of the page as text only. */
    @Test
    void noModuleNeedsMoreThanThePolicyAllows() throws Exception {
        for (Path file : files()) {
            if (file.toString().endsWith(".js")) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContain(
                                "style=", "styleMap", "unsafeHTML", "innerHTML", "outerHTML", "insertAdjacentHTML")
                        .doesNotContainPattern("\\beval\\(|new Function|document\\.write|https?://(?!www\\.w3\\.org)");
            }
        }
    }

    @Test
    void thePolicyAllowsNothingFromElsewhere() throws Exception {
        String policy = get("/").headers().firstValue("Content-Security-Policy").orElse("");
        assertThat(policy)
                .contains("script-src 'self';", "style-src 'self';", "require-trusted-types-for 'script'")
                .doesNotContain("unsafe", "*", "http:", "https:");
    }

    @Test
    void theFirstViewIsSmall() {
        HttpRequest request = HttpRequest.GET("/").addHeader(RawHeader.create("Accept-Encoding", "gzip, br"));
        long bytes = 0;
        for (String name : ConsoleFiles.names()) {
            bytes += ConsoleFiles.read()
                    .file(request, ConsoleFiles.read().digest(), name)
                    .orElseThrow()
                    .entity()
                    .getContentLengthOption()
                    .orElseThrow();
        }
        assertThat(bytes).as("all files of the console, compressed").isLessThan(MAX_FIRST_VIEW);
    }

    @Test
    void aFileIsCompressedForThoseWhoAskForIt() {
        assertThat(ConsoleFiles.read().page(HttpRequest.GET("/")).getHeader("Content-Encoding"))
                .isEmpty();
        assertThat(ConsoleFiles.read()
                        .page(HttpRequest.GET("/").addHeader(RawHeader.create("Accept-Encoding", "gzip")))
                        .getHeader("Content-Encoding"))
                .isPresent();
    }

    @Test
    void anAddressOfAnotherBuildIsNotServed() throws Exception {
        assertThat(get("/console/assets/0123456789abcdef/main.js").statusCode()).isEqualTo(404);
        assertThat(get("/console/assets/main.js").statusCode()).isEqualTo(404);
    }
}
