#!/usr/bin/env bash
# Tests install.sh, with and without a terminal. component.sh tests it as a part of a build.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=machine.sh
source "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

test_without_a_terminal_it_installs() {
    debian
    installs && ! says "[y/N]"
}

test_at_a_terminal_it_prints_the_commands_and_asks() {
    debian
    at_a_terminal y
    installs && says "install.sh: npm fetches the data; missing: npm wrk" && says "  apt-get update" &&
        says "  env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove npm wrk" &&
        says "Run these commands? [y/N] y"
}

test_yes_in_full_and_in_capitals() {
    debian
    at_a_terminal YES
    installs
}

test_nothing_is_installed_after_no() {
    debian
    at_a_terminal n
    installs_nothing
}

test_nothing_is_installed_after_an_empty_line() {
    debian
    at_a_terminal ""
    installs_nothing
}

test_nothing_is_installed_after_another_word() {
    debian
    at_a_terminal yesterday
    installs_nothing
}

test_nothing_is_installed_at_the_end_of_input() {
    debian
    at_a_terminal ^D
    installs_nothing
}

test_ci_is_not_asked() {
    debian
    at_a_terminal n
    installs CI=true && ! says "[y/N]"
}

test_yes_1_is_the_answer() {
    debian
    at_a_terminal n
    installs YES=1 && ! says "[y/N]"
}

test_other_values_are_no_answer() {
    debian
    at_a_terminal n
    installs_nothing CI=false YES=0
}

test_the_question_appears_where_output_goes_to_a_file() {
    debian
    at_a_terminal n
    # shellcheck disable=SC2016  # expanded when the stub runs
    stub redirected '"$@" >"$machine/file" 2>&1'
    ! run_on_machine "${terminal[@]}" redirected "$machine/checkout/scripts/install.sh" "npm fetches the data" npm &&
        says "[y/N]" && ! logged "^apt-get" && grep -q "missing: npm" "$machine/file"
}

test_a_user_sees_sudo_in_the_commands() {
    debian
    echo 1000 >"$machine/uid"
    # shellcheck disable=SC2016  # expanded when the stub runs
    stub sudo 'echo "sudo $*" >>"$machine/log"; exec "$@"'
    at_a_terminal y
    installs && says "  sudo apt-get update" && says "  sudo env DEBIAN_FRONTEND=noninteractive apt-get install" &&
        logged "^sudo apt-get update$"
}

test_a_user_without_sudo_is_not_asked() {
    debian
    echo 1000 >"$machine/uid"
    at_a_terminal y
    installs_nothing && ! says "[y/N]" && says "needs root or sudo"
}

test_where_all_is_installed_nothing_is_asked() {
    debian
    printf '%s\n' npm wrk >"$machine/installed"
    at_a_terminal n
    script_ends_with 0 install.sh "npm fetches the data" npm wrk && ! says "[y/N]" && ! logged "^apt-get"
}

test_another_system_is_left_alone() {
    at_a_terminal y
    installs_nothing && ! says "[y/N]" && says "this system is not Debian" && says "npm wrk"
}

test_old_package_lists_are_tried() {
    debian
    touch "$machine/update-fails"
    installs && says "apt-get update failed"
}

test_without_packages_it_prints_its_usage() {
    debian
    script_ends_with 2 install.sh "npm fetches the data" && says "usage"
}

# --- expectations ------------------------------------------------------------------------------------------------

installs() {
    script_ends_with 0 install.sh "$@" "npm fetches the data" npm wrk && logged "^apt-get update$" &&
        logged "^apt-get install -y --no-install-recommends --no-remove npm wrk$"
}

installs_nothing() {
    script_ends_with 1 install.sh "$@" "npm fetches the data" npm wrk && ! logged "^apt-get"
}

# Debian without any of the packages.
debian() {
    dpkg_query
    # shellcheck disable=SC2016  # expanded when the stub runs
    stub apt-get '
        echo "apt-get $*" >>"$machine/log"
        [[ $1 != update || ! -e $machine/update-fails ]]'
}

run_cases
