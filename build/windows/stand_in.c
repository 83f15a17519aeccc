/* Stands in for the program where installers are tried: runs, with the program's mark, for as long
   as the file is there; FILE.ready says that it does.

   stand-in MARK FILE */
#include <windows.h>

#define PATIENCE 600
#define STEP_MS 100

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    int count, tries;
    WCHAR ready[MAX_PATH + 8];
    WCHAR **words = CommandLineToArgvW(GetCommandLineW(), &count);

    (void)instance, (void)before, (void)line, (void)show;
    if (!words || count < 3)
        return 0;
    if (!CreateMutexW(NULL, FALSE, words[1]))
        return 1;
    lstrcpynW(ready, words[2], MAX_PATH);
    lstrcatW(ready, L".ready");
    CloseHandle(CreateFileW(ready, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    for (tries = 0; tries < PATIENCE && GetFileAttributesW(words[2]) != INVALID_FILE_ATTRIBUTES; tries++)
        Sleep(STEP_MS);
    return 0;
}
