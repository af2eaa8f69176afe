package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.region.RegionPlan;
import io.rebalancer.testsupport.Browser;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * What an operator does with the console, by keyboard alone, on three managers and five agents: from the plan of a job to the
 * certificate, which the command line verifies. The manager of the console is killed on the way. {@code make test-console} runs it.
 */
@EnabledIfSystemProperty(named = "console.journey", matches = "true")
@Tag("cluster")
@Tag("external")
@Tag("slow")
class ConsoleJourneyTest {
    private static final int RECORDS = 1000;
    /** The copies of the job, of 1 KiB each to four destinations, take a minute at least. */
    private static final long BYTES_PER_SECOND = RECORDS * 1024L / 4 / 60;
    /** One object in so many has no copy for a while. */
    private static final int HIDDEN_SHARE = 60;

    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final String SECRET = "a-token-of-the-journey-through-the-console";
    private static final String ADM = "../../bin/rebalancer-adm";
    private static final Path SHOTS = Path.of("target/console");
    private static final String LEAVING = RegionPlan.storageId(1);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private final Browser browser = new Browser();

    private void seen(String text) {
        await().atMost(TIMEOUT).until(() -> browser.text().contains(text));
    }

    /** Moves the focus with the tab key until the element with this text has it, and presses Enter. */
    private void choose(String text) {
        for (int i = 0; i < 60 && !browser.focused().strip().equals(text); i++) {
            browser.press(Keys.TAB);
        }
        assertThat(browser.focused().strip()).isEqualTo(text);
        browser.press(Keys.ENTER);
    }

    private void field(String name) {
        for (int i = 0; i < 60 && !browser.focused().equals(name); i++) {
            browser.press(Keys.TAB);
        }
        assertThat(browser.focused()).isEqualTo(name);
    }

    private void shot(String name) throws Exception {
        browser.screenshot(SHOTS.resolve("journey-" + name + ".png"));
    }

    /** The number under a label of the page; -1 if it is not there. */
    private long figure(String label) {
        return Long.parseLong(String.valueOf(browser.await(
                "(() => { const found = [...document.querySelectorAll('.figure-label')].find(each => each.textContent === '"
                        + label
                        + "'); return found ? parseInt(found.nextElementSibling.textContent.replaceAll(',', ''))"
                        + " : -1; })()")));
    }

    @Test
    void fromThePlanToTheCertificate() throws Exception {
        Files.createFile(token(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token(), SECRET);
        Map<String, Object> settings = Map.of(
                "rebalancer.evacuate.max-tasks-per-assignment",
                10,
                "rebalancer.manager.http.require-login",
                "on",
                "rebalancer.manager.http.token-file",
                token().toString());
        try (ClusterUnderTest cluster = new ClusterUnderTest(directory, RECORDS, 1, BYTES_PER_SECOND, settings)) {
            Map<Path, Path> hidden = cluster.hideSomeObjects(HIDDEN_SHARE);
            browser.show(1280, "light");
            browser.saveDownloadsIn(directory);
            NodeSpec first = cluster.managers().get(0);
            browser.open(first.http() + "/console/jobs/new");
            signIn();
            createJob();
            watchPauseAndResume();
            explainAnException();
            killTheManagerOfTheConsole(cluster, first);
            for (Map.Entry<Path, Path> copy : hidden.entrySet()) {
                Files.move(copy.getValue(), copy.getKey());
            }
            seen("Certificate");
            await().atMost(TIMEOUT.multipliedBy(2)).until(() -> browser.text().contains("Empty " + LEAVING + "\ndone"));
            shot("done");
            saveAndVerifyTheCertificate(cluster.managers().get(1));
        } finally {
            browser.close();
        }
    }

    /** All managers know the session that begins here. */
    private void signIn() {
        seen("Sign in");
        field("token");
        browser.press(SECRET, Keys.ENTER);
    }

    private Path token() {
        return directory.resolve("token");
    }

    private void createJob() throws Exception {
        seen("A plan reads all metadata");
        field("node");
        browser.press(LEAVING, Keys.ENTER);
        seen("4. Confirm\n");
        await().atMost(TIMEOUT).until(() -> browser.text().contains("Type the name of the storage node."));
        assertThat(browser.text()).contains("Objects to copy", "Used before", "Used after", "storage node known");
        shot("wizard");
        field("typed");
        browser.press(LEAVING, Keys.ENTER);
        await().atMost(TIMEOUT)
                .until(() -> browser.address().contains("/console/jobs/")
                        && !browser.address().contains("/new"));
    }

    private void watchPauseAndResume() throws Exception {
        browser.await("window.sameDocument = true");
        seen("What holds it");
        await().atMost(TIMEOUT).until(() -> figure("Moved") > 0);
        long moved = figure("Moved");
        await().atMost(TIMEOUT).until(() -> figure("Moved") > moved);
        assertThat(browser.await("window.sameDocument")).isEqualTo(true);
        shot("running");
        choose("Pause");
        seen("every agent has confirmed");
        browser.press(Keys.ENTER);
        seen("Empty " + LEAVING + "\npaused");
        choose("Resume");
        seen("Nothing that was done is repeated");
        browser.press(Keys.ENTER);
        seen("Empty " + LEAVING + "\nrunning");
    }

    private void explainAnException() throws Exception {
        await().atMost(TIMEOUT).until(() -> browser.text().lines().anyMatch(line -> line.startsWith("Exceptions (")));
        String tab = browser.text()
                .lines()
                .filter(line -> line.startsWith("Exceptions ("))
                .findFirst()
                .orElseThrow();
        choose(tab);
        seen("By cause");
        await().atMost(TIMEOUT).until(() -> browser.text().lines().anyMatch(line -> line.contains("/stor/")));
        shot("exceptions");
        String key = String.valueOf(browser.await("document.querySelector('td a.mono, th a.mono').innerText"));
        choose(key);
        seen("Copies now");
        assertThat(browser.text()).contains("Attempts, newest first", "Next");
        shot("why");
    }

    private void killTheManagerOfTheConsole(ClusterUnderTest cluster, NodeSpec first) throws Exception {
        String path = URI.create(browser.address()).getPath();
        cluster.playground().processes().kill(first);
        seen("reconnecting, as of");
        shot("reconnecting");
        browser.open(cluster.managers().get(1).http() + path);
        seen("Empty " + LEAVING);
        await().atMost(TIMEOUT).until(() -> browser.text().contains("live\n"));
    }

    private void saveAndVerifyTheCertificate(NodeSpec manager) throws Exception {
        choose("Certificate");
        seen("Save the certificate");
        choose("Save the certificate");
        Path certificate = await().atMost(TIMEOUT)
                .until(this::certificates, found -> found.size() == 1)
                .get(0);
        shot("certificate");
        Path keys = directory.resolve("keys");
        String url = manager.http().toString();
        run(keys, ADM, "certificate", "keys", "--url", url, "--token-file", token().toString());
        Path result = directory.resolve("result");
        run(result, ADM, "certificate", "verify", certificate.toString(), "--key", keys.toString());
        assertThat(Files.readString(result)).contains(LEAVING);
    }

    private List<Path> certificates() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("certificate-.*\\.json"))
                    .toList();
        }
    }

    private static void run(Path output, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(() -> String.join(" ", command)).isZero();
    }
}
