package io.rebalancer.testsupport;

import com.deque.html.axecore.selenium.AxeBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real Chromium without a window. */
public final class Browser implements AutoCloseable {
    /** It warns that it has no code for the newest protocol of developer tools, which no test uses. */
    private static final Logger DEVTOOLS = Logger.getLogger("org.openqa.selenium.devtools");

    private static final Duration SCRIPT_TIME = Duration.ofSeconds(60);

    private final ChromeDriver driver;

    /** @param names host names that resolve to this machine */
    public Browser(String... names) {
        DEVTOOLS.setLevel(Level.SEVERE);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program("chromium").toString());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-dev-shm-usage",
                "--ignore-certificate-errors");
        List<String> rules =
                Stream.of(names).map(name -> "MAP " + name + " 127.0.0.1").toList();
        options.addArguments("--host-resolver-rules=" + String.join(",", rules));
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver").toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(SCRIPT_TIME);
    }

    private static Path program(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is missing; bin/setup-tests installs it"));
    }

    /** Opens an address and waits until its document is loaded. */
    public void open(String address) {
        driver.get(address);
    }

    /** Opens an address in a further tab, which all methods use from then on. */
    public void openTab(String address) {
        driver.switchTo().newWindow(WindowType.TAB);
        open(address);
    }

    /** Closes all tabs but the current one. */
    public void closeOtherTabs() {
        String current = driver.getWindowHandle();
        for (String tab : driver.getWindowHandles()) {
            if (!tab.equals(current)) {
                driver.switchTo().window(tab);
                driver.close();
            }
        }
        driver.switchTo().window(current);
    }

    /** The address of the page. */
    public String address() {
        return String.valueOf(driver.getCurrentUrl());
    }

    /** The text that the page shows. */
    public String text() {
        return driver.findElement(By.tagName("body")).getText();
    }

    /** The first element that the selector finds. */
    public WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** The text of the frame that the selector finds; empty if the browser shows none. */
    public String textOfFrame(String selector) {
        driver.switchTo().frame(find(selector));
        try {
            return text();
        } finally {
            driver.switchTo().defaultContent();
        }
    }

    /** The value of an expression that is a promise. */
    public @Nullable Object await(String expression) {
        return ((JavascriptExecutor) driver)
                .executeAsyncScript("const done = arguments[arguments.length - 1];" + "Promise.resolve(" + expression
                        + ").then(done, error => done('failed: ' + error));");
    }

    /** Shows pages as on a screen of this width, in pixels, with a light or dark colour scheme. */
    public void show(int width, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Writes what the page looks like, in all of its height. */
    public void screenshot(Path file) throws IOException {
        Map<String, Object> shot =
                driver.executeCdpCommand("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode((String) shot.get("data")));
    }

    /** What violates WCAG 2.1, level AA, on the page. */
    public List<String> violations() {
        return new AxeBuilder()
                .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")).analyze(driver).getViolations().stream()
                        .map(rule -> rule.getId() + ": "
                                + rule.getNodes().stream()
                                        .limit(3)
                                        .map(node -> node.getHtml() + " " + node.getFailureSummary())
                                        .toList())
                        .toList();
    }

    /** Presses keys in the element that has the focus. */
    public void press(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** The text of the element that has the focus. */
    public String focused() {
        return String.valueOf(await("document.activeElement.innerText || document.activeElement.name || ''"));
    }

    /** Saves what pages download in this directory, without a question. */
    public void saveDownloadsIn(Path directory) {
        driver.executeCdpCommand(
                "Browser.setDownloadBehavior",
                Map.of(
                        "behavior",
                        "allow",
                        "downloadPath",
                        directory.toAbsolutePath().toString()));
    }

    /** The bytes of the page's heap that are in use after a collection. */
    public double heapBytes() {
        driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
        return Double.parseDouble(String.valueOf(
                driver.executeCdpCommand("Runtime.getHeapUsage", Map.of()).get("usedSize")));
    }

    /** What the console of the browser states, errors of the network included. */
    public List<String> console() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
