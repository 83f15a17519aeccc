; The set-up for the hand: for one user or for all, Kyrgyz, Russian, English, silent with /S.
; Made by build/setup_exe.py, which defines NAME, MAKER, FOLDER, PROGRAM, VERSION, VERSION4, MARK,
; REGISTRY, RIGHTS, BUILD (least of Windows), SOURCE, OUT, LANGUAGES, ICON and, to sign, SIGN.
;
; Exit codes of a silent run: 0 done, 2 not done and nothing changed, 5 the program runs,
; 6 a newer version is installed, 7 the MSI is installed, 8 Windows is too old.

Unicode true
SetCompressor /SOLID lzma
ManifestDPIAware true
ManifestSupportedOS all
ManifestLongPathAware true

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_USE_PROGRAMFILES64
!define MULTIUSER_INSTALLMODE_INSTDIR "${FOLDER}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "${REGISTRY}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "InstallDir"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "${REGISTRY}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "InstallMode"
!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WordFunc.nsh
!include WinVer.nsh

Name "${NAME}"
OutFile "${OUT}"
BrandingText "${NAME} ${VERSION}"
Icon "${ICON}"
UninstallIcon "${ICON}"
VIProductVersion "${VERSION4}"
VIAddVersionKey /LANG=1033 "ProductName" "${NAME}"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "CompanyName" "${MAKER}"
VIAddVersionKey /LANG=1033 "LegalCopyright" "MIT licence"
VIAddVersionKey /LANG=1033 "FileDescription" "${NAME}"
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"'
!endif

Var Data
Var DeleteData

!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "Russian"
!insertmacro MUI_LANGUAGEEX "${LANGUAGES}" "Kyrgyz"
!insertmacro MUI_LANGUAGE "English"

LangString RUNS ${LANG_RUSSIAN} "Программа ${NAME} запущена, возможно, другим пользователем этого компьютера. Закройте её и повторите."
LangString RUNS ${LANG_KYRGYZ} "${NAME} программасы иштеп жатат, балким, ушул компьютердин башка колдонуучусунда. Аны жаап, кайталаңыз."
LangString RUNS ${LANG_ENGLISH} "${NAME} is running, perhaps for another user of this computer. Close it and try again."
LangString NEWER ${LANG_RUSSIAN} "Установлена более новая версия. Она остаётся."
LangString NEWER ${LANG_KYRGYZ} "Жаңыраак версия орнотулган. Ал өзгөрүүсүз калат."
LangString NEWER ${LANG_ENGLISH} "A newer version is installed. It stays as it is."
LangString BYMSI ${LANG_RUSSIAN} "Программу установили ваши ИТ-специалисты (MSI). Обновите её тем же способом."
LangString BYMSI ${LANG_KYRGYZ} "Программаны IT адистериңиз орноткон (MSI). Аны ошол эле жол менен жаңыртыңыз."
LangString BYMSI ${LANG_ENGLISH} "Your IT staff installed the program (MSI). Update it in the same way."
LangString OLDWINDOWS ${LANG_RUSSIAN} "Нужна Windows 10 версии 1809 или новее."
LangString OLDWINDOWS ${LANG_KYRGYZ} "Windows 10 1809 версиясы же андан жаңысы керек."
LangString OLDWINDOWS ${LANG_ENGLISH} "Windows 10 version 1809 or newer is needed."
LangString NOTDONE ${LANG_RUSSIAN} "Не удалось записать программу. Прежняя осталась, как была."
LangString NOTDONE ${LANG_KYRGYZ} "Программаны жазууга мүмкүн болгон жок. Мурункусу өзгөрүүсүз калды."
LangString NOTDONE ${LANG_ENGLISH} "The program could not be written. The one before is as it was."
LangString ASKDATA ${LANG_RUSSIAN} "Удалить и записи этого учреждения с этого компьютера? Их нельзя будет вернуть без резервной копии."
LangString ASKDATA ${LANG_KYRGYZ} "Мекеменин жазуулары да ушул компьютерден өчүрүлсүнбү? Камдык көчүрмөсү жок аларды кайтарууга болбойт."
LangString ASKDATA ${LANG_ENGLISH} "Delete the records of this office from this computer too? Without a backup they cannot be brought back."

!macro Refuse CODE WORDS
  SetErrorLevel ${CODE}
  MessageBox MB_OK|MB_ICONEXCLAMATION "${WORDS}" /SD IDOK
  Quit
!macroend

; Leaves "1" in $0 when the program runs, of whichever user.
!macro IsRunning
  System::Call 'kernel32::OpenMutexW(i 0x100000, i 0, w "${MARK}") p.r0 ?e'
  Pop $1
  ${If} $0 P<> 0
    System::Call 'kernel32::CloseHandle(p r0)'
    StrCpy $0 1
  ${ElseIf} $1 = 5
    StrCpy $0 1
  ${Else}
    StrCpy $0 0
  ${EndIf}
!macroend

!macro FindData
  ${If} $MultiUser.InstallMode == "AllUsers"
    SetShellVarContext all
    StrCpy $Data "$APPDATA\${FOLDER}"
  ${Else}
    SetShellVarContext current
    StrCpy $Data "$LOCALAPPDATA\${FOLDER}"
  ${EndIf}
!macroend

!macro UseWantedLanguage
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LANG=" $1
  ${IfNot} ${Errors}
    StrCpy $LANGUAGE $1
  ${EndIf}
!macroend

Function .onInit
  ; /D= of the command line, empty without it: MultiUser.nsh overwrites it.
  Push $INSTDIR
  !insertmacro MULTIUSER_INIT
  Pop $0
  ${If} $0 != ""
    StrCpy $INSTDIR $0
  ${EndIf}
  !insertmacro UseWantedLanguage
  ${IfNot} ${AtLeastBuild} ${BUILD}
    !insertmacro Refuse 8 "$(OLDWINDOWS)"
  ${EndIf}
FunctionEnd

Function un.onInit
  !insertmacro MULTIUSER_UNINIT
  !insertmacro UseWantedLanguage
  StrCpy $DeleteData 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DELETEDATA" $1
  ${IfNot} ${Errors}
    StrCpy $DeleteData 1
  ${ElseIfNot} ${Silent}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(ASKDATA)" /SD IDNO IDNO +2
    StrCpy $DeleteData 1
  ${EndIf}
FunctionEnd

Function .onInstFailed
  RMDir /r "$INSTDIR\app.new"
FunctionEnd

Function Fail
  RMDir /r "$INSTDIR\app.new"
  RMDir "$INSTDIR"
  !insertmacro Refuse 2 "$(NOTDONE)"
FunctionEnd

; The users of the PC share the folder: else only whoever made a file could change it.
Function ShareData
  CreateDirectory "$Data"
  ${If} $MultiUser.InstallMode != "AllUsers"
    Return
  ${EndIf}
  System::Call 'advapi32::ConvertStringSecurityDescriptorToSecurityDescriptorW(w "${RIGHTS}", i 1, *p .r1, p 0) i.r0'
  ${If} $0 <> 0
    System::Call 'advapi32::GetSecurityDescriptorDacl(p r1, *i .r2, *p .r3, *i .r4) i.r0'
    ; A folder; its list, protected from what is above. Reaches what is in it already.
    System::Call 'advapi32::SetNamedSecurityInfoW(w "$Data", i 1, i 0x80000004, p 0, p 0, p r3, p 0) i.r0'
    System::Call 'kernel32::LocalFree(p r1)'
  ${EndIf}
FunctionEnd

Section "Program"
  !insertmacro FindData
  ReadRegStr $1 SHCTX "${REGISTRY}" "InstalledBy"
  ${If} $1 == "msi"
    !insertmacro Refuse 7 "$(BYMSI)"
  ${EndIf}
  ReadRegStr $1 SHCTX "${REGISTRY}" "Version"
  ${If} $1 != ""
    ${VersionCompare} "$1" "${VERSION}" $2
    ${If} $2 = 1
      !insertmacro Refuse 6 "$(NEWER)"
    ${EndIf}
  ${EndIf}
  again:
  !insertmacro IsRunning
  ${If} $0 = 1
    SetErrorLevel 5
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNS)" /SD IDCANCEL IDRETRY again
    Quit
  ${EndIf}

  ; Written beside the old one, then renamed: whatever goes wrong before leaves the old one.
  RMDir /r "$INSTDIR\app.new"
  ClearErrors
  CreateDirectory "$INSTDIR\app.new"
  ${If} ${Errors}
    Call Fail
  ${EndIf}
  SetOutPath "$INSTDIR\app.new"
  SetOverwrite try
  ClearErrors
  File /r "${SOURCE}/*.*"
  ${If} $MultiUser.InstallMode == "CurrentUser"
    FileOpen $0 "$INSTDIR\app.new\per-user" w
    FileClose $0
  ${EndIf}
  ${If} ${Errors}
  ${OrIfNot} ${FileExists} "$INSTDIR\app.new\${PROGRAM}"
    SetOutPath "$INSTDIR"
    Call Fail
  ${EndIf}
  SetOutPath "$INSTDIR"
  RMDir /r "$INSTDIR\app.old"
  ${If} ${FileExists} "$INSTDIR\app\*.*"
    ClearErrors
    Rename "$INSTDIR\app" "$INSTDIR\app.old"
    ${If} ${Errors}
      Call Fail
    ${EndIf}
  ${EndIf}
  ClearErrors
  Rename "$INSTDIR\app.new" "$INSTDIR\app"
  ${If} ${Errors}
    Rename "$INSTDIR\app.old" "$INSTDIR\app"
    Call Fail
  ${EndIf}
  RMDir /r "$INSTDIR\app.old"

  Call ShareData
  ; What IT put beside the set-up; the office that is set up already needs none.
  ${If} ${FileExists} "$EXEDIR\office.toml"
  ${AndIfNot} ${FileExists} "$Data\office.toml"
  ${AndIfNot} ${FileExists} "$Data\office\*.*"
    CopyFiles /SILENT "$EXEDIR\office.toml" "$Data\office.toml"
  ${EndIf}

  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\app\${PROGRAM}"
  CreateShortCut "$SMPROGRAMS\${TRAINING}.lnk" "$INSTDIR\app\${PROGRAM}" "--training"
  WriteRegStr SHCTX "${REGISTRY}" "InstallDir" "$INSTDIR"
  WriteRegStr SHCTX "${REGISTRY}" "InstallMode" "$MultiUser.InstallMode"
  WriteRegStr SHCTX "${REGISTRY}" "InstalledBy" "setup"
  WriteRegStr SHCTX "${REGISTRY}" "Version" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" "$INSTDIR\app\${PROGRAM}"
  WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "${MAKER}"
  WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

Section "Uninstall"
  again:
  !insertmacro IsRunning
  ${If} $0 = 1
    SetErrorLevel 5
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNS)" /SD IDCANCEL IDRETRY again
    Quit
  ${EndIf}
  !insertmacro FindData
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$SMPROGRAMS\${TRAINING}.lnk"
  RMDir /r "$INSTDIR\app"
  RMDir /r "$INSTDIR\app.old"
  RMDir /r "$INSTDIR\app.new"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey SHCTX "${UNINSTALL}"
  DeleteRegKey SHCTX "${REGISTRY}"
  ${If} $DeleteData = 1
    RMDir /r "$Data"
  ${EndIf}
SectionEnd
