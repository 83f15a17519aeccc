/* Runs one command line as it stands in a file (UTF-16), and passes its exit code on.

   The set-up of NSIS wants its last words without quotes, with the spaces that are in them; Wine
   puts quotes around every word with a space.

   run-line FILE */
#include <windows.h>

#define LONGEST 4096

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    static WCHAR command[LONGEST];
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION child;
    DWORD length, code = 1;
    HANDLE file = CreateFileW(line, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

    (void)instance, (void)before, (void)show;
    if (file == INVALID_HANDLE_VALUE)
        return 253;
    if (!ReadFile(file, command, sizeof command - sizeof(WCHAR), &length, NULL))
        return 254;
    CloseHandle(file);
    if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &start, &child))
        return 255;
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return code;
}
