/**
 * TOOL: the demo. Brings up one cluster per region in this process, submits a job twice, watches the second version
 * move over the regions, and tells what it saw ({@code spec/cli.md} demo).
 *
 * <p>In come options and a job; out goes a {@link dev.steppe.demo.DemoReport}. Everything reported was observed on
 * applied entries. Not here: words an operator types ({@code cli}), servers and machines ({@code cluster}).
 */
@NullMarked
package dev.steppe.demo;

import org.jspecify.annotations.NullMarked;
